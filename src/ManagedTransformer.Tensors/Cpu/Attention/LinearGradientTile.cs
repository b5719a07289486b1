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

    // dN; V'^T and S^T or R^T, right sides of products; B; the gradients of the rows.
    private readonly float* _outputGradients, _valuesTransposed, _stateTransposed, _weightGradients, _queryGradients, _keyGradients,
        _valueGradients;
    private readonly LinearGateGradients<TOps, TVector> _gates;

    /// <summary>Takes zeroed memory from this thread's scratch, in which <see cref="Size"/> numbers are reserved.</summary>
    public LinearGradientTile(in LinearGradientArguments arguments, int pair, in LinearTile<TOps, TVector> tile, ThreadScratch scratch)
    {
        (_arguments, _forward, _pair) = (arguments, arguments.Forward, pair);
        (_keyStride, _valueStride, _stride) = (tile.KeyStride, tile.ValueStride, tile.Stride);
        nint rows = _forward.Chunk;
        _outputGradients = scratch.Take(rows * _valueStride);
        _valuesTransposed = scratch.Take((nint)(_forward.ValueWidth + 1) * _stride);
        _stateTransposed = scratch.Take((nint)(_forward.ValueWidth + 1) * _keyStride);
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
        int keys = RowPanels<TOps, TVector>.Padded(arguments.Features), values = RowPanels<TOps, TVector>.Padded(arguments.ValueWidth + 1);
        int stride = RowPanels<TOps, TVector>.Padded(arguments.Chunk);
        nint rows = arguments.Chunk,
            size = (rows * ((2 * keys) + (2 * values) + stride)) + ((arguments.ValueWidth + 1) * (nint)(stride + keys));
        return arguments.HasGates ? size + LinearGateGradients<TOps, TVector>.Size(stride) : size;
    }

    /// <summary>
    /// Stores the gradients of the chunk's rows and turns <paramref name="gradient"/>, that of the state behind the chunk, into that of
    /// <paramref name="state"/> before it.
    /// </summary>
    public void Compute(in LinearTile<TOps, TVector> tile, int first, float* state, float* gradient)
    {
        int width = _forward.ValueWidth + 1;
        LoadOutputGradients(first, tile.Count);
        Transposition<TOps, TVector>.Transpose(tile.Values, _valueStride, tile.Count, width, _valuesTransposed, _stride);
        tile.MultiplyTriangle(_outputGradients, _valueStride, width, _valuesTransposed, _weightGradients);
        if (_forward.HasGates)
        {
            _gates.AddWeights(tile, _weightGradients);
        }

        tile.ApplyDecay(_weightGradients);

        MultiplyTransposed(_outputGradients, state, tile.Count, _queryGradients);
        tile.ScaleByCarry(_queryGradients, _keyStride);
        MultiplyTransposed(tile.Values, gradient, tile.Count, _keyGradients);
        tile.ScaleByLastDecay(_keyGradients, _keyStride);
        if (_forward.HasGates)
        {
            _gates.AddRows(tile, _queryGradients, _keyGradients, StateProduct(state, gradient));
        }

        tile.AddProduct(_weightGradients, tile.Keys, _keyStride, _queryGradients);
        tile.AddTransposedProduct(_weightGradients, tile.Queries, _keyStride, _keyGradients);
        BlockProduct.Multiply<TOps, TVector>(tile.Keys, _keyStride, 1, tile.Count, gradient, _valueStride, _valueStride / TOps.Count,
            _valueGradients, _valueStride, _forward.Features, accumulate: false);
        tile.ScaleByLastDecay(_valueGradients, _valueStride);
        tile.AddTransposedProduct(tile.Weights, _outputGradients, _valueStride, _valueGradients);
        Store(first, tile.Count);
        if (_forward.HasGates)
        {
            _gates.Store(tile, _arguments, _pair, first);
        }

        tile.ScaleByCarry(tile.Queries, _keyStride);
        RowPanels<TOps, TVector>.Scale(gradient, (nint)_forward.Features * _valueStride, tile.LastCarry);
        BlockProduct.Multiply<TOps, TVector>(tile.Queries, 1, _keyStride, _forward.Features, _outputGradients, _valueStride,
            _valueStride / TOps.Count, gradient, _valueStride, tile.Count, accumulate: true);
    }

    // dN: the gradients of numerator and, in the last column, denominator.
    private void LoadOutputGradients(int first, int count)
    {
        HeadRows source = _arguments.OutputGradients(_pair), outputs = _forward.Outputs(_pair);
        float* denominators = _forward.Denominators(_pair);
        for (int t = 0; t < count; t++)
        {
            float* row = _outputGradients + ((nint)t * _valueStride);
            float sum = denominators[first + t], epsilon = _forward.Epsilon(_pair, first + t),
                factor = 1 / _forward.Divisor(sum, epsilon), dot;
            new ReadOnlySpan<float>(source[first + t], _forward.ValueWidth).CopyTo(new Span<float>(row, _forward.ValueWidth));
            RowProducts<TOps, TVector>.Dots(row, _forward.ValueWidth, outputs, first + t, 1, 1, &dot, accumulate: false);
            RowPanels<TOps, TVector>.Scale(row, _valueStride, factor);
            row[_forward.ValueWidth] = -dot * factor * _forward.DivisorDerivative(sum, epsilon);
        }
    }

    /// <summary>target = rows state^T.</summary>
    private void MultiplyTransposed(float* rows, float* state, int count, float* target)
    {
        Transposition<TOps, TVector>.Transpose(state, _valueStride, _forward.Features, _forward.ValueWidth + 1, _stateTransposed,
            _keyStride);
        BlockProduct.Multiply<TOps, TVector>(rows, _valueStride, 1, count, _stateTransposed, _keyStride, _keyStride / TOps.Count,
            target, _keyStride, _forward.ValueWidth + 1, accumulate: false);
    }

    private float StateProduct(float* state, float* gradient)
    {
        TVector sum = TOps.Zero;
        for (nint i = 0; i < (nint)_forward.Features * _valueStride; i += TOps.Count)
        {
            sum = TOps.MultiplyAdd(TOps.Load(state + i), TOps.Load(gradient + i), sum);
        }

        return TOps.Sum(sum);
    }

    private void Store(int first, int count)
    {
        HeadRows queries = _arguments.QueryGradients(_pair), keys = _arguments.KeyGradients(_pair),
            values = _arguments.ValueGradients(_pair);
        for (int t = 0; t < count; t++)
        {
            if (_forward.IsPadding(_pair, first + t))
            {
                new Span<float>(_keyGradients + ((nint)t * _keyStride), _forward.Features).Clear();
                new Span<float>(_valueGradients + ((nint)t * _valueStride), _forward.ValueWidth).Clear();
            }

            new ReadOnlySpan<float>(_queryGradients + ((nint)t * _keyStride), _forward.Features)
                .CopyTo(new Span<float>(queries[first + t], _forward.Features));
            new ReadOnlySpan<float>(_keyGradients + ((nint)t * _keyStride), _forward.Features)
                .CopyTo(new Span<float>(keys[first + t], _forward.Features));
            new ReadOnlySpan<float>(_valueGradients + ((nint)t * _valueStride), _forward.ValueWidth)
                .CopyTo(new Span<float>(values[first + t], _forward.ValueWidth));
        }
    }
}
