using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// One chunk of positions of one head as matrices of padded rows: queries, keys, values, and the weights m = (Q K^T) * w of the lower
/// triangle.
/// </summary>
internal unsafe struct LinearTile<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    // Rows of the triangle that are computed together: they skip the columns that none of them sees.
    private const int RowBlock = 16;

    private readonly LinearArguments _arguments;
    private readonly int _pair;
    private readonly float* _keysTransposed, _decayedKeys, _ones;
    private readonly LinearGates<TOps, TVector> _gates;
    private int _first;

    /// <summary>Takes zeroed memory from this thread's scratch, in which <see cref="Size"/> numbers are reserved.</summary>
    public LinearTile(in LinearArguments arguments, int pair, ThreadScratch scratch)
    {
        (_arguments, _pair) = (arguments, pair);
        KeyStride = RowPanels<TOps, TVector>.Padded(arguments.Features);
        ValueStride = RowPanels<TOps, TVector>.Padded(arguments.ValueWidth);
        Stride = StrideOf(arguments.Chunk);
        nint rows = arguments.Chunk;
        Queries = scratch.Take(rows * KeyStride);
        Keys = scratch.Take(rows * KeyStride);
        Values = scratch.Take(rows * ValueStride);
        Weights = scratch.Take(rows * Stride);
        _keysTransposed = scratch.Take((nint)arguments.Features * Stride);
        _ones = scratch.Take(Stride);
        _decayedKeys = arguments.HasGates ? scratch.Take(rows * KeyStride) : Keys;
        _gates = arguments.HasGates ? new LinearGates<TOps, TVector>(Stride, scratch) : default;
        NativeMemory.Clear(Queries, (nuint)Size(arguments) * sizeof(float));
        new Span<float>(_ones, Stride).Fill(1);
    }

    /// <summary>Distance of the rows of queries and keys.</summary>
    public int KeyStride { get; }

    /// <summary>Distance of the rows of values and results.</summary>
    public int ValueStride { get; }

    /// <summary>Distance of the rows of weights.</summary>
    public int Stride { get; }

    /// <summary>Positions of the chunk.</summary>
    public int Count { get; private set; }

    public float* Queries { get; }

    public float* Keys { get; }

    public float* Values { get; }

    /// <summary>m; zero above the diagonal.</summary>
    public float* Weights { get; }

    public readonly LinearGates<TOps, TVector> Gates => _gates;

    /// <summary>Numbers that the constructor takes.</summary>
    public static nint Size(in LinearArguments arguments)
    {
        int keys = RowPanels<TOps, TVector>.Padded(arguments.Features), values = RowPanels<TOps, TVector>.Padded(arguments.ValueWidth),
            stride = StrideOf(arguments.Chunk);
        nint rows = arguments.Chunk, size = (rows * ((2 * keys) + values + stride)) + ((nint)(arguments.Features + 1) * stride);
        return arguments.HasGates ? size + (rows * keys) + LinearGates<TOps, TVector>.Size(stride) : size;
    }

    /// <summary>Asks for what <see cref="LoadKeys"/> and <see cref="LoadQueries"/> read first, if there are such positions.</summary>
    public readonly void Prefetch(int first)
    {
        int count = Math.Min(_arguments.Chunk, _arguments.Length - first);
        if (first >= 0 && count > 0)
        {
            RowPanels<TOps, TVector>.Prefetch(_arguments.Keys(_pair), first, count, _arguments.Features);
            RowPanels<TOps, TVector>.Prefetch(_arguments.Values(_pair), first, count, _arguments.ValueWidth);
            RowPanels<TOps, TVector>.Prefetch(_arguments.Queries(_pair), first, count, _arguments.Features);
        }
    }

    /// <summary>
    /// Loads keys and values, which is what <see cref="Advance"/> needs, of the positions from <paramref name="first"/> on.
    /// </summary>
    public void LoadKeys(int first)
    {
        (_first, Count) = (first, Math.Min(_arguments.Chunk, _arguments.Length - first));
        Pack(_arguments.Keys(_pair), _arguments.Features, Keys);
        Pack(_arguments.Values(_pair), _arguments.ValueWidth, Values);
        for (int t = 0; t < Count; t++)
        {
            if (_arguments.IsPadding(_pair, first + t))
            {
                new Span<float>(Keys + ((nint)t * KeyStride), KeyStride).Clear();
            }
        }

        if (_arguments.HasGates)
        {
            _gates.Load(_arguments, _pair, first, Count);
        }
    }

    /// <summary>Loads queries beside the keys and computes the weights.</summary>
    public readonly void LoadQueries()
    {
        Pack(_arguments.Queries(_pair), _arguments.Features, Queries);
        Transposition<TOps, TVector>.Transpose(Keys, KeyStride, Count, _arguments.Features, _keysTransposed, Stride);
        MultiplyTriangle(Queries, KeyStride, _arguments.Features, _keysTransposed, Weights, accumulate: false);
        ApplyDecay(Weights);
    }

    /// <summary>target (+)= the lower triangle of A B for B [depth, Stride]; what lies above the diagonal is undefined.</summary>
    public readonly void MultiplyTriangle(float* a, int strideA, int depth, float* b, float* target, bool accumulate)
    {
        for (int row = 0; row < Count; row += RowBlock)
        {
            int rows = Math.Min(RowBlock, Count - row), vectors = RowPanels<TOps, TVector>.Vectors(row + rows);
            BlockProduct.Multiply<TOps, TVector>(a + ((nint)row * strideA), strideA, 1, rows, b, Stride, vectors,
                target + ((nint)row * Stride), Stride, depth, accumulate);
        }
    }

    /// <summary>Multiplies a triangle by w and clears what lies above it.</summary>
    public readonly void ApplyDecay(float* triangle)
    {
        for (int t = 0; t < Count; t++)
        {
            float* row = triangle + ((nint)t * Stride), decay = _gates.Weights + ((nint)t * Stride);
            for (int i = 0; i <= t && _arguments.HasGates; i += TOps.Count)
            {
                TOps.Store(TOps.Multiply(TOps.Load(row + i), TOps.Load(decay + i)), row + i);
            }

            new Span<float>(row + t + 1, Stride - t - 1).Clear();
        }
    }

    /// <summary>target += M B for a triangle M and rows B.</summary>
    public readonly void AddProduct(float* triangle, float* b, int strideB, float* target)
    {
        for (int row = 0; row < Count; row += RowBlock)
        {
            int rows = Math.Min(RowBlock, Count - row);
            BlockProduct.Multiply<TOps, TVector>(triangle + ((nint)row * Stride), Stride, 1, rows, b, strideB, strideB / TOps.Count,
                target + ((nint)row * strideB), strideB, row + rows, accumulate: true);
        }
    }

    /// <summary>target += M^T B for a triangle M and rows B.</summary>
    public readonly void AddTransposedProduct(float* triangle, float* b, int strideB, float* target)
    {
        for (int row = 0; row < Count; row += RowBlock)
        {
            int rows = Math.Min(RowBlock, Count - row);
            BlockProduct.Multiply<TOps, TVector>(triangle + ((nint)row * Stride) + row, 1, Stride, rows, b + ((nint)row * strideB), strideB,
                strideB / TOps.Count, target + ((nint)row * strideB), strideB, Count - row, accumulate: true);
        }
    }

    /// <summary>The denominators: carry * (Q z) and the sums of the rows of m.</summary>
    public readonly void Denominators(float* z, float* target)
    {
        RowProducts<TOps, TVector>.Dots(z, KeyStride, new HeadRows(Queries, KeyStride), 0, Count, 1, target, accumulate: false);
        for (int t = 0; t < Count && _arguments.HasGates; t++)
        {
            target[t] *= _gates.Carry[t];
        }

        RowProducts<TOps, TVector>.Dots(_ones, Stride, new HeadRows(Weights, Stride), 0, Count, 1, target, accumulate: true);
    }

    /// <summary>Moves a state behind the chunk: carry s + sum of w[last, i] k[i] (x) v[i], and z likewise with v[i] = 1.</summary>
    public readonly void Advance(LinearState<TOps, TVector> state)
    {
        if (_arguments.HasGates)
        {
            state.Scale(LastCarry);
            for (int t = 0; t < Count; t++)
            {
                RowPanels<TOps, TVector>.Scale(Keys + ((nint)t * KeyStride), KeyStride, LastDecay(t), _decayedKeys + ((nint)t * KeyStride));
            }
        }

        BlockProduct.Multiply<TOps, TVector>(_decayedKeys, 1, KeyStride, _arguments.Features, Values, ValueStride, ValueStride / TOps.Count,
            state.S, ValueStride, Count, accumulate: true);
        RowProducts<TOps, TVector>.WeightedSum(
            _ones, new HeadRows(_decayedKeys, KeyStride), 0, Count, KeyStride, state.Z, accumulate: true);
    }

    /// <summary>w[last, i].</summary>
    public readonly float LastDecay(int i) => _arguments.HasGates ? _gates.Weights[((nint)(Count - 1) * Stride) + i] : 1;

    /// <summary>The part of the state before the chunk that is left behind it.</summary>
    public readonly float LastCarry => _arguments.HasGates ? _gates.Carry[Count - 1] : 1;

    /// <summary>Multiplies every row by what is left of the state before the chunk at its position.</summary>
    public readonly void ScaleByCarry(float* rows, int stride)
    {
        for (int t = 0; t < Count && _arguments.HasGates; t++)
        {
            RowPanels<TOps, TVector>.Scale(rows + ((nint)t * stride), stride, _gates.Carry[t]);
        }
    }

    /// <summary>Multiplies every row by w[last, t].</summary>
    public readonly void ScaleByLastDecay(float* rows, int stride)
    {
        for (int t = 0; t < Count && _arguments.HasGates; t++)
        {
            RowPanels<TOps, TVector>.Scale(rows + ((nint)t * stride), stride, LastDecay(t));
        }
    }

    private static int StrideOf(int count) => RowPanels<TOps, TVector>.Padded(count);

    private readonly void Pack(HeadRows rows, int width, float* target) =>
        RowPanels<TOps, TVector>.Pack(new HeadRows(rows[_first], rows.Stride), Count, width, 1, target);
}
