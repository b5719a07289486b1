using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>The gradients of one chunk of positions; <see cref="LinearBackward{TOps, TVector}"/> states the formulas.</summary>
internal readonly unsafe struct LinearGradientTile<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private readonly LinearGradientArguments _arguments;
    private readonly LinearArguments _forward;
    private readonly int _pair, _keyStride, _valueStride, _stride;

    // dN and dD; V^T and s^T or Rs^T, right sides of products; B; the gradients of the rows.
    private readonly float* _outputGradients, _denominatorGradients, _valuesTransposed, _stateTransposed, _weightGradients,
        _queryGradients, _keyGradients, _valueGradients;
    private readonly LinearGateGradients<TOps, TVector> _gates;

    /// <summary>Takes zeroed memory from this thread's scratch, in which <see cref="Size"/> numbers are reserved.</summary>
    public LinearGradientTile(in LinearGradientArguments arguments, int pair, in LinearTile<TOps, TVector> tile, ThreadScratch scratch)
    {
        (_arguments, _forward, _pair) = (arguments, arguments.Forward, pair);
        (_keyStride, _valueStride, _stride) = (tile.KeyStride, tile.ValueStride, tile.Stride);
        nint rows = _forward.Chunk;
        _outputGradients = scratch.Take(rows * _valueStride);
        _denominatorGradients = scratch.Take(_stride);
        _valuesTransposed = scratch.Take((nint)_forward.ValueWidth * _stride);
        _stateTransposed = scratch.Take((nint)_forward.ValueWidth * _keyStride);
        _weightGradients = scratch.Take(rows * _stride);
        _queryGradients = scratch.Take(rows * _keyStride);
        _keyGradients = scratch.Take(rows * _keyStride);
        _valueGradients = scratch.Take(rows * _valueStride);
        _gates = _forward.HasGates ? new LinearGateGradients<TOps, TVector>(_stride, scratch) : default;
        NativeMemory.Clear(_outputGradients, (nuint)Size(_forward) * sizeof(float));
    }

    /// <summary>Numbers that the constructor takes.</summary>
    public static nint Size(in LinearArguments arguments)
    {
        int keys = RowPanels<TOps, TVector>.Padded(arguments.Features), values = RowPanels<TOps, TVector>.Padded(arguments.ValueWidth);
        int stride = RowPanels<TOps, TVector>.Padded(arguments.Chunk);
        nint rows = arguments.Chunk,
            size = (rows * ((2 * keys) + (2 * values) + stride)) + stride + (arguments.ValueWidth * (nint)(stride + keys));
        return arguments.HasGates ? size + LinearGateGradients<TOps, TVector>.Size(stride) : size;
    }

    /// <summary>Asks for the first rows that <see cref="Compute"/> fills, and that it reads for the positions before.</summary>
    public readonly void Prefetch(int first, int count)
    {
        int before = first - _forward.Chunk;
        if (before >= 0)
        {
            RowPanels<TOps, TVector>.Prefetch(_arguments.OutputGradients(_pair), before, _forward.Chunk, _forward.ValueWidth);
            _forward.Outputs(_pair).Prefetch(before, first, _forward.ValueWidth);
        }

        RowPanels<TOps, TVector>.Prefetch(_arguments.QueryGradients(_pair), first, count, _forward.Features);
        RowPanels<TOps, TVector>.Prefetch(_arguments.KeyGradients(_pair), first, count, _forward.Features);
        RowPanels<TOps, TVector>.Prefetch(_arguments.ValueGradients(_pair), first, count, _forward.ValueWidth);
    }

    /// <summary>
    /// Stores the gradients of the chunk's rows and turns <paramref name="gradient"/>, that of the state behind the chunk, into that of
    /// <paramref name="state"/> before it.
    /// </summary>
    public void Compute(in LinearTile<TOps, TVector> tile, int first, LinearState<TOps, TVector> state,
        LinearState<TOps, TVector> gradient)
    {
        LoadOutputGradients(first, tile.Count);
        Transposition<TOps, TVector>.Transpose(tile.Values, _valueStride, tile.Count, _forward.ValueWidth, _valuesTransposed, _stride);
        for (int t = 0; t < tile.Count; t++)
        {
            new Span<float>(_weightGradients + ((nint)t * _stride), _stride).Fill(_denominatorGradients[t]);
            RowPanels<TOps, TVector>.Scale(state.Z, _keyStride, _denominatorGradients[t], _queryGradients + ((nint)t * _keyStride));
            RowPanels<TOps, TVector>.Scale(gradient.Z, _keyStride, 1, _keyGradients + ((nint)t * _keyStride));
        }

        tile.MultiplyTriangle(_outputGradients, _valueStride, _forward.ValueWidth, _valuesTransposed, _weightGradients, accumulate: true);
        if (_forward.HasGates)
        {
            _gates.AddWeights(tile, _weightGradients);
        }

        tile.ApplyDecay(_weightGradients);

        AddTransposed(_outputGradients, state, tile.Count, _queryGradients);
        tile.ScaleByCarry(_queryGradients, _keyStride);
        AddTransposed(tile.Values, gradient, tile.Count, _keyGradients);
        tile.ScaleByLastDecay(_keyGradients, _keyStride);
        if (_forward.HasGates)
        {
            _gates.AddRows(tile, _queryGradients, _keyGradients, state.Product(gradient));
        }

        tile.AddProduct(_weightGradients, tile.Keys, _keyStride, _queryGradients);
        tile.AddTransposedProduct(_weightGradients, tile.Queries, _keyStride, _keyGradients);
        BlockProduct.Multiply<TOps, TVector>(tile.Keys, _keyStride, 1, tile.Count, gradient.S, _valueStride, _valueStride / TOps.Count,
            _valueGradients, _valueStride, _forward.Features, accumulate: false);
        tile.ScaleByLastDecay(_valueGradients, _valueStride);
        tile.AddTransposedProduct(tile.Weights, _outputGradients, _valueStride, _valueGradients);
        Store(first, tile.Count);
        if (_forward.HasGates)
        {
            _gates.Store(tile, _arguments, _pair, first);
        }

        tile.ScaleByCarry(tile.Queries, _keyStride);
        gradient.Scale(tile.LastCarry);
        BlockProduct.Multiply<TOps, TVector>(tile.Queries, 1, _keyStride, _forward.Features, _outputGradients, _valueStride,
            _valueStride / TOps.Count, gradient.S, _valueStride, tile.Count, accumulate: true);
        RowProducts<TOps, TVector>.WeightedSum(_denominatorGradients, new HeadRows(tile.Queries, _keyStride), 0, tile.Count, _keyStride,
            gradient.Z, accumulate: true);
    }

    // The gradients of numerators and denominators.
    private void LoadOutputGradients(int first, int count)
    {
        Pack(_arguments.OutputGradients(_pair), first, count, _outputGradients);
        HeadRows outputs = _forward.Outputs(_pair);
        float* denominators = _forward.Denominators(_pair);
        for (int t = 0; t < count; t++)
        {
            float* row = _outputGradients + ((nint)t * _valueStride);
            float sum = denominators[first + t], epsilon = _forward.Epsilon(_pair, first + t),
                factor = 1 / _forward.Divisor(sum, epsilon), dot;
            RowProducts<TOps, TVector>.Dots(row, _forward.ValueWidth, outputs, first + t, 1, 1, &dot, accumulate: false);
            RowPanels<TOps, TVector>.Scale(row, _valueStride, factor);
            _denominatorGradients[t] = -dot * factor * _forward.DivisorDerivative(sum, epsilon);
        }
    }

    /// <summary>target += rows s^T.</summary>
    private void AddTransposed(float* rows, LinearState<TOps, TVector> state, int count, float* target)
    {
        Transposition<TOps, TVector>.Transpose(state.S, _valueStride, _forward.Features, _forward.ValueWidth, _stateTransposed, _keyStride);
        BlockProduct.Multiply<TOps, TVector>(rows, _valueStride, 1, count, _stateTransposed, _keyStride, _keyStride / TOps.Count,
            target, _keyStride, _forward.ValueWidth, accumulate: true);
    }

    private void Store(int first, int count)
    {
        for (int t = 0; t < count; t++)
        {
            if (_forward.IsPadding(_pair, first + t))
            {
                new Span<float>(_keyGradients + ((nint)t * _keyStride), _forward.Features).Clear();
                new Span<float>(_valueGradients + ((nint)t * _valueStride), _forward.ValueWidth).Clear();
            }
        }

        Unpack(_queryGradients, count, _forward.Features, _arguments.QueryGradients(_pair), first);
        Unpack(_keyGradients, count, _forward.Features, _arguments.KeyGradients(_pair), first);
        Unpack(_valueGradients, count, _forward.ValueWidth, _arguments.ValueGradients(_pair), first);
    }

    private void Pack(HeadRows rows, int first, int count, float* target) =>
        RowPanels<TOps, TVector>.Pack(new HeadRows(rows[first], rows.Stride), count, _forward.ValueWidth, 1, target);

    private static void Unpack(float* rows, int count, int width, HeadRows target, int first) =>
        RowPanels<TOps, TVector>.Unpack(rows, count, width, new HeadRows(target[first], target.Stride));
}
