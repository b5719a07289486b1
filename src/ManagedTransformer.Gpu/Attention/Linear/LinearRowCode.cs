using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// One side of linear attention within a chunk and through the state, the skeleton of results and all gradients of rows
/// (<see cref="LinearRowArguments"/>). A group owns the 64 positions of a chunk of a pair and 64 columns of their results.
/// </summary>
internal static class LinearRowCode
{
    public static void Run(LinearRowArguments arguments)
    {
        ArrayView<Quad> weights = SharedMemory.Allocate<Quad>(Tile.TileMemory), exchange = SharedMemory.Allocate<Quad>(Tile.Quads);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        LinearArguments forward = arguments.Forward;
        int chunks = Tile.Count(forward.Length), pair = Grid.IdxX / chunks, chunk = Grid.IdxX % chunks, first = chunk * Tile.Size,
            column = Grid.IdxY * Tile.Size;
        long start = (long)pair * forward.Length;
        QuadBlock result = Carried(arguments, pair, chunk, column, a, b);

        int earlier = first + (4 * Tile.Row), later = first + (4 * Tile.Column);
        QuadBlock block = TileProduct.Dots(
            LinearArguments.Rows(forward, arguments.Earlier, pair, arguments.InnerWidth), first,
            LinearArguments.Rows(forward, arguments.Later, pair, arguments.InnerWidth), first, a, b);
        // The difference first: dy . v and dy . y may be large and nearly the same, and scaled they would be rounded once more each.
        if (arguments.HasBiases != 0)
        {
            block = QuadBlock.AddColumns(block, TileNumbers.Load(arguments.Biases, start, later, forward.Length, 0));
        }

        if (arguments.HasFactors != 0)
        {
            block = QuadBlock.ScaleColumns(block, TileNumbers.Load(arguments.Factors, start, later, forward.Length, 0));
        }

        block = QuadBlock.Multiply(block, LinearDecay.Weights(forward.Decay, start, earlier, later, forward.Length));
        if (arguments.IsLater != 0)
        {
            TileProduct.Put(block, weights);
        }
        else
        {
            TileProduct.PutTransposed(block, weights);
        }

        TileRows rows = LinearArguments.Rows(forward, arguments.Rows, pair, arguments.Width);
        result = TileProduct.AddWeighted(result, weights, rows, first, column, b);

        // Everybody goes through the barriers; what is not wanted is not used.
        bool isOutput = arguments.IsOutput != 0;
        Quad sums = QuadBlock.SumRows(block);
        if (isOutput)
        {
            sums = Quad.Add(sums, CarriedSums(arguments, pair, chunk, later));
        }

        sums = TileColumns.Sum(sums, a);
        if (isOutput && forward.HasDenominators != 0 && Grid.IdxY == 0 && Tile.Row == 0)
        {
            TileNumbers.Store(forward.Denominators, start, later, forward.Length, sums);
        }

        Quad divisors = isOutput
            ? Quad.Of(
                Divisor(forward, pair, later, sums.X), Divisor(forward, pair, later + 1, sums.Y), Divisor(forward, pair, later + 2, sums.Z),
                Divisor(forward, pair, later + 3, sums.W))
            : Quad.Of(1);
        result = QuadBlock.DivideRows(result, TileColumns.ToRows(divisors, exchange));
        TileProduct.Store(result, LinearArguments.Rows(forward, arguments.Result, pair, arguments.Width), first, column);
    }

    /// <summary>False for the chunk that no state comes into.</summary>
    public static bool HasState(LinearRowArguments arguments, int chunk) =>
        arguments.HasFirst != 0 || chunk != (arguments.IsLater != 0 ? 0 : Tile.Count(arguments.Forward.Length) - 1);

    /// <summary>
    /// The share of the state that reaches a position, or the share of a position that reaches the state behind the chunk.
    /// </summary>
    public static float Scale(LinearRowArguments arguments, long start, int first, int t)
    {
        int length = arguments.Forward.Length, last = first + Tile.Size < length ? first + Tile.Size - 1 : length - 1;
        return t >= length ? 0 : arguments.IsLater != 0
            ? LinearDecay.Carry(arguments.Forward.Decay, start + t)
            : LinearDecay.Weight(arguments.Forward.Decay, start + last, start + t);
    }

    /// <summary>z of a feature, 0 behind the last one.</summary>
    public static float LastOf(LinearRowArguments arguments, int pair, int chunk, int feature) =>
        feature < arguments.Forward.Features
            ? arguments.States[LinearStateArguments.Last(arguments.Forward, pair, chunk) + feature]
            : 0;

    /// <summary>What a position's result is divided by; 1 behind the end.</summary>
    public static float Divisor(LinearArguments arguments, int pair, int t, float sum) =>
        t < arguments.Length ? LinearArguments.Divisor(arguments, sum, LinearArguments.EpsilonOf(arguments, pair, t)) : 1;

    /// <summary>The part that comes through the state.</summary>
    private static QuadBlock Carried(LinearRowArguments arguments, int pair, int chunk, int column, ArrayView<Quad> a, ArrayView<Quad> b)
    {
        LinearArguments forward = arguments.Forward;
        int first = chunk * Tile.Size, row = first + (4 * Tile.Row);
        TileRows carried = LinearArguments.Rows(forward, arguments.Carried, pair, arguments.CarriedWidth),
            state = LinearStateArguments.Rows(forward, arguments.States, pair, chunk);
        bool isTransposed = arguments.IsTransposed != 0;
        QuadBlock sum = default;
        int width = HasState(arguments, chunk) ? arguments.CarriedWidth : 0;
        for (int k = 0; k < width; k += Tile.Depth)
        {
            Quad nextA = TileLoad.FetchColumns(carried, first, k),
                nextB = isTransposed ? TileLoad.FetchColumns(state, column, k) : TileLoad.FetchRows(state, k, column);
            Group.Barrier();
            TileLoad.PutColumns(nextA, a);
            if (isTransposed)
            {
                TileLoad.PutColumns(nextB, b);
            }
            else
            {
                TileLoad.PutRows(nextB, b);
            }

            Group.Barrier();
            sum = TileProduct.AddStrip(sum, a, b);
        }

        long start = (long)pair * forward.Length;
        if (isTransposed)
        {
            Quad lasts = arguments.ScalesCarried != 0 ? TileNumbers.Load(arguments.Biases, start, row, forward.Length, 0) : Quad.Of(1);
            sum = QuadBlock.AddOuter(sum, lasts, Last(arguments, pair, chunk, column + (4 * Tile.Column)));
        }

        if (arguments.ScalesCarried != 0)
        {
            sum = QuadBlock.ScaleRows(sum, TileNumbers.Load(arguments.Factors, start, row, forward.Length, 0));
        }

        return QuadBlock.ScaleRows(sum, Quad.Of(
            Scale(arguments, start, first, row), Scale(arguments, start, first, row + 1), Scale(arguments, start, first, row + 2),
            Scale(arguments, start, first, row + 3)));
    }

    /// <summary>z of four features.</summary>
    private static Quad Last(LinearRowArguments arguments, int pair, int chunk, int feature) => Quad.Of(
        LastOf(arguments, pair, chunk, feature), LastOf(arguments, pair, chunk, feature + 1), LastOf(arguments, pair, chunk, feature + 2),
        LastOf(arguments, pair, chunk, feature + 3));

    /// <summary>The thread's part of e^c[t] (q[t] . z) for four positions: every 16th feature.</summary>
    private static Quad CarriedSums(LinearRowArguments arguments, int pair, int chunk, int t)
    {
        LinearArguments forward = arguments.Forward;
        TileRows queries = LinearArguments.Rows(forward, forward.Q, pair, forward.Features);
        Quad sum = default;
        for (int i = Tile.Row; i < forward.Features; i += Tile.Quads)
        {
            Quad query = Quad.Of(TileRows.Load(queries, t, i), TileRows.Load(queries, t + 1, i), TileRows.Load(queries, t + 2, i),
                TileRows.Load(queries, t + 3, i));
            sum = Quad.AddScaled(sum, query, LastOf(arguments, pair, chunk, i));
        }

        long start = (long)pair * forward.Length;
        int first = chunk * Tile.Size;
        return Quad.Multiply(sum, Quad.Of(Scale(arguments, start, first, t), Scale(arguments, start, first, t + 1),
            Scale(arguments, start, first, t + 2), Scale(arguments, start, first, t + 3)));
    }
}
