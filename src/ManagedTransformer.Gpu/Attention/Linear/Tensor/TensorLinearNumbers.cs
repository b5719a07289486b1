using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Numbers of a chunk's positions in shared memory, and what they make of a lane's products of rows: W of <see cref="LinearRowArguments"/>.
/// Positions count from the start of the chunk.
/// </summary>
internal struct TensorLinearNumbers
{
    /// <summary>Numbers of all positions together.</summary>
    public const int Count = 5 * Tile.Size;

    public ArrayView<float> Factors, Biases, High, Low, Added;
    public int IsLater, HasDecay;

    public static TensorLinearNumbers In(LinearRowArguments arguments, ArrayView<float> numbers)
    {
        TensorLinearNumbers parts;
        parts.Factors = numbers.SubView(0, Tile.Size);
        parts.Biases = numbers.SubView(Tile.Size, Tile.Size);
        parts.High = numbers.SubView(2 * Tile.Size, Tile.Size);
        parts.Low = numbers.SubView(3 * Tile.Size, Tile.Size);
        parts.Added = numbers.SubView(4 * Tile.Size, Tile.Size);
        parts.IsLater = arguments.IsLater;
        parts.HasDecay = arguments.Forward.Decay.Exists;
        return parts;
    }

    /// <summary>Loads them, by a thread for each position; they are there behind the group's next barrier.</summary>
    public static void Load(TensorLinearNumbers numbers, LinearRowArguments arguments, long start, int first)
    {
        int t = Group.IdxX;
        if (t >= Tile.Size)
        {
            return;
        }

        long position = start + first + t;
        bool exists = first + t < arguments.Forward.Length;
        numbers.Factors[t] = exists && arguments.HasFactors != 0 ? arguments.Factors[position] : 1;
        numbers.Biases[t] = exists && arguments.HasBiases != 0 ? arguments.Biases[position] : 0;
        if (numbers.HasDecay != 0)
        {
            LinearDecay decay = arguments.Forward.Decay;
            numbers.High[t] = exists ? decay.High[position] : 0;
            numbers.Low[t] = exists ? decay.Low[position] : 0;
            numbers.Added[t] = exists ? decay.Added[position] : 0;
        }
    }

    /// <summary>
    /// Weights of products: of the lane's owned row, and the one 8 below, with 32 streamed rows from <paramref name="streamed"/> on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Weigh(TensorLinearNumbers numbers, QuadBlock products, int owned, int streamed)
    {
        streamed += TensorScores.Column;
        QuadBlock weights = QuadBlock.Of(
            Weigh(numbers, products.R0, owned, streamed), Weigh(numbers, products.R1, owned, streamed + 8),
            Weigh(numbers, products.R2, owned, streamed + 16), Weigh(numbers, products.R3, owned, streamed + 24));
        if (numbers.HasDecay != 0)
        {
            QuadBlock left = QuadBlock.Of(
                Decay(numbers, owned, streamed), Decay(numbers, owned, streamed + 8), Decay(numbers, owned, streamed + 16),
                Decay(numbers, owned, streamed + 24));
            weights = QuadBlock.Multiply(weights, left);
        }

        return weights;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Weigh(TensorLinearNumbers numbers, Quad products, int owned, int streamed) => numbers.IsLater != 0
        ? Quad.Of(
            Weigh(numbers, products.X, owned, streamed), Weigh(numbers, products.Y, owned, streamed + 1),
            Weigh(numbers, products.Z, owned + 8, streamed), Weigh(numbers, products.W, owned + 8, streamed + 1))
        : Quad.Of(
            Weigh(numbers, products.X, streamed, owned), Weigh(numbers, products.Y, streamed + 1, owned),
            Weigh(numbers, products.Z, streamed, owned + 8), Weigh(numbers, products.W, streamed + 1, owned + 8));

    // The difference first: see LinearRowCode. Behind the end rows are zero, and so are their products.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Weigh(TensorLinearNumbers numbers, float product, int later, int earlier)
    {
        float weight = (product + numbers.Biases[later]) * numbers.Factors[later];
        return earlier <= later ? weight : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Decay(TensorLinearNumbers numbers, int owned, int streamed) => numbers.IsLater != 0
        ? Quad.Of(
            Left(numbers, owned, streamed), Left(numbers, owned, streamed + 1), Left(numbers, owned + 8, streamed),
            Left(numbers, owned + 8, streamed + 1))
        : Quad.Of(
            Left(numbers, streamed, owned), Left(numbers, streamed + 1, owned), Left(numbers, streamed, owned + 8),
            Left(numbers, streamed + 1, owned + 8));

    // LinearDecay.Weight.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Left(TensorLinearNumbers numbers, int later, int earlier)
    {
        float exponent = numbers.High[later] - numbers.High[earlier] + (numbers.Low[later] - numbers.Low[earlier]);
        return GpuMath.Exp(exponent > 0 ? 0 : exponent) * numbers.Added[earlier];
    }
}
