using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>
/// With n = (s - mean) rstd, e = dy' act'(gain n + bias) and g = gain e, per group: ds = rstd (g - mean(g) - n mean(g n)), shuffled back;
/// every band's parts of dGain = sum e n and dBias = sum e over rows and groups.
/// </summary>
internal unsafe struct GroupedNormBackward<TOps, TVector, TFunction> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TFunction : unmanaged, IUnaryFunction<TVector>
{
    [ThreadStatic]
    private static ThreadScratch? _scratch;

    private TFunction _function;
    private GroupedNormArguments _arguments;
    private float* _dGainParts, _dBiasParts;
    private long _band;

    public static void Run(TFunction function, in GroupedNormProblem problem)
    {
        int width = problem.Width;
        long bands = RowBands<TOps, TVector>.Count(problem.Rows);
        using var parts = new PooledScratch(2 * bands * width);
        var job = new GroupedNormBackward<TOps, TVector, TFunction>
        {
            _function = function,
            _arguments = new GroupedNormArguments(problem),
            _dGainParts = parts.Floats,
            _dBiasParts = parts.Floats + (bands * width),
            _band = RowBands<TOps, TVector>.Length(problem.Rows),
        };
        Ranges.RunRows(bands, job._band * problem.Features, ref job);
        RowBands<TOps, TVector>.Combine(job._dGainParts, problem.DGain.Floats(), bands, width);
        RowBands<TOps, TVector>.Combine(job._dBiasParts, problem.DBias.Floats(), bands, width);
    }

    public readonly void Execute(long start, long end)
    {
        int features = _arguments.Features, width = _arguments.Width;
        ThreadScratch scratch = _scratch ??= new ThreadScratch();
        scratch.Reserve((3 * features) + width);
        float* shuffled = scratch.Take(features), slope = scratch.Take(features), result = scratch.Take(features),
            scaled = scratch.Take(width);
        for (long band = start; band < end; band++)
        {
            float* dGain = _dGainParts + (band * width), dBias = _dBiasParts + (band * width);
            new Span<float>(dGain, width).Clear();
            new Span<float>(dBias, width).Clear();
            for (long row = band * _band; row < Math.Min(_arguments.Rows, (band + 1) * _band); row++)
            {
                Execute(row, dGain, dBias, shuffled, slope, result, scaled);
            }
        }
    }

    private readonly void Execute(long row, float* dGain, float* dBias, float* shuffled, float* slope, float* result, float* scaled)
    {
        int features = _arguments.Features, groups = _arguments.Groups, width = _arguments.Width, chunks = _arguments.Chunks;
        float* s = _arguments.X + (row * features), dy = _arguments.Y + (row * _arguments.Outputs), dx = _arguments.DX + (row * features);
        if (_arguments.Shuffle)
        {
            FeatureShuffle.Forward(s, shuffled, groups, width);
            s = shuffled;
        }

        if (_arguments.FirstWidth > 0)
        {
            int firstChunk = _arguments.FirstChunk, chunk = _arguments.Chunk;
            FeatureShuffle.Gather(dy + firstChunk, slope, chunks, chunk, firstChunk + chunk);
            if (_arguments.DFirst != null)
            {
                FeatureShuffle.Gather(dy, _arguments.DFirst + (row * _arguments.FirstWidth), chunks, firstChunk, firstChunk + chunk);
            }

            dy = slope;
        }

        float* ds = _arguments.Shuffle ? result : dx, means = _arguments.Mean + (row * groups), rstds = _arguments.Rstd + (row * groups);
        for (int group = 0; group < groups; group++)
        {
            int at = group * width;
            Group(s + at, dy + at, ds + at, means[group], rstds[group], dGain, dBias, scaled);
        }

        if (_arguments.Shuffle)
        {
            FeatureShuffle.Backward(result, dx, groups, width);
        }
    }

    private readonly void Group(float* s, float* dy, float* ds, float mean, float rstd, float* dGain, float* dBias, float* scaled)
    {
        TFunction function = _function;
        int width = _arguments.Width;
        float* gains = _arguments.Gain, biases = _arguments.Bias;
        TVector center = TOps.Broadcast(mean), scale = TOps.Broadcast(rstd), sum = TOps.Zero, dot = TOps.Zero;
        for (int i = 0; i < width; i += TOps.Count)
        {
            // Lanes behind the group's end have dy = 0 and gain = 0 and add nothing.
            int left = width - i;
            TVector gain = VectorTail<TOps, TVector>.LoadUpTo(gains + i, left);
            TVector normal = TOps.Multiply(TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(s + i, left), center), scale);
            TVector affine = TOps.MultiplyAdd(gain, normal, VectorTail<TOps, TVector>.LoadUpTo(biases + i, left));
            TVector e = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(dy + i, left), function.Derivative(affine)),
                g = TOps.Multiply(gain, e);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.MultiplyAdd(e, normal, VectorTail<TOps, TVector>.LoadUpTo(dGain + i, left)),
                dGain + i, left);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Add(e, VectorTail<TOps, TVector>.LoadUpTo(dBias + i, left)), dBias + i, left);
            VectorTail<TOps, TVector>.StoreUpTo(g, scaled + i, left);
            sum = TOps.Add(sum, g);
            dot = TOps.MultiplyAdd(g, normal, dot);
        }

        TVector meanG = TOps.Broadcast(TOps.Sum(sum) / width), meanDot = TOps.Broadcast(TOps.Sum(dot) / width);
        for (int i = 0; i < width; i += TOps.Count)
        {
            int left = width - i;
            TVector normal = TOps.Multiply(TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(s + i, left), center), scale);
            TVector inner = TOps.NegatedMultiplyAdd(normal, meanDot,
                TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(scaled + i, left), meanG));
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Multiply(inner, scale), ds + i, left);
        }
    }
}
