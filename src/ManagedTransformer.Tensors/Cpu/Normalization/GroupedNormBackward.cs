using System.Runtime.CompilerServices;
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
    /// <summary>Floats of a block of rows. Larger ones store more at once than a processor can keep waiting for the second cache.</summary>
    private const int Block = 256;

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
        int width = _arguments.Width, block = _arguments.BlockRows(Block), most = block * _arguments.Features,
            groups = block * _arguments.Groups, room = LaneSums<TOps, TVector>.Room(2 * groups);
        ThreadScratch scratch = _scratch ??= new ThreadScratch();
        scratch.Reserve((2 * most) + room + (2 * groups));
        float* sums = scratch.Take(room), shuffled = scratch.Take(most), scaled = scratch.Take(most), totals = scratch.Take(2 * groups);
        for (long band = start; band < end; band++)
        {
            float* dGain = _dGainParts + (band * width), dBias = _dBiasParts + (band * width);
            new Span<float>(dGain, width).Clear();
            new Span<float>(dBias, width).Clear();
            long last = Math.Min(_arguments.Rows, (band + 1) * _band);
            for (long row = band * _band; row < last; row += block)
            {
                Execute(row, (int)Math.Min(block, last - row), dGain, dBias, shuffled, scaled, sums, totals);
            }
        }
    }

    private readonly void Execute(long row, int rows, float* dGain, float* dBias, float* shuffled, float* scaled,
        float* sums, float* totals)
    {
        int features = _arguments.Features, groups = _arguments.Groups, width = _arguments.Width;
        float* s = _arguments.X + (row * features), dy = _arguments.Y + (row * _arguments.Outputs), dx = _arguments.DX + (row * features);
        // What is written last is asked for first.
        Prefetch.All(dx, (long)rows * features);
        if (_arguments.DFirst != null)
        {
            Prefetch.All(_arguments.DFirst + (row * _arguments.FirstWidth), (long)rows * _arguments.FirstWidth);
        }

        if (_arguments.Shuffle)
        {
            for (int i = 0; i < rows; i++)
            {
                FeatureShuffle<TOps, TVector>.Forward(s + (i * features), shuffled + (i * features), groups, width);
            }

            s = shuffled;
        }

        if (_arguments.FirstWidth > 0)
        {
            Unmix(dy, row, rows, scaled);
            dy = scaled;
        }

        float* ds = _arguments.Shuffle ? scaled : dx, means = _arguments.Mean + (row * groups), rstds = _arguments.Rstd + (row * groups);
        Sums(s, dy, means, rstds, rows * groups, dGain, dBias, scaled, sums);
        LaneSums<TOps, TVector>.Run(sums, 2 * rows * groups, totals);
        Gradients(s, means, rstds, rows * groups, scaled, totals, ds);
        if (_arguments.Shuffle)
        {
            for (int i = 0; i < rows; i++)
            {
                FeatureShuffle<TOps, TVector>.Backward(scaled + (i * features), dx + (i * features), groups, width);
            }
        }
    }

    /// <summary>Splits gradients of mixed rows into those of the first array and those of normalised features.</summary>
    private readonly void Unmix(float* dy, long row, int rows, float* slope)
    {
        int chunks = _arguments.Chunks, firstChunk = _arguments.FirstChunk, chunk = _arguments.Chunk;
        for (int i = 0; i < rows; i++, dy += _arguments.Outputs)
        {
            FeatureShuffle<TOps, TVector>.Gather(dy + firstChunk, slope + (i * _arguments.Features), chunks, chunk, firstChunk + chunk);
            if (_arguments.DFirst != null)
            {
                float* first = _arguments.DFirst + ((row + i) * _arguments.FirstWidth);
                FeatureShuffle<TOps, TVector>.Gather(dy, first, chunks, firstChunk, firstChunk + chunk);
            }
        }
    }

    /// <summary>
    /// g = gain e, and per group sums of g and of g n, lane by lane; parts of dGain and dBias. Vector by vector through all groups: what
    /// they share stays in registers, and their chains of dependent steps overlap.
    /// </summary>
    private readonly void Sums(float* s, float* dy, float* means, float* rstds, int groups, float* dGain, float* dBias, float* scaled,
        float* sums)
    {
        int width = _arguments.Width;
        for (int i = 0; i < width; i += TOps.Count)
        {
            int left = width - i;
            if (left >= TOps.Count)
            {
                Sums(i, TOps.Count, s, dy, means, rstds, groups, dGain, dBias, scaled, sums);
            }
            else
            {
                Sums(i, left, s, dy, means, rstds, groups, dGain, dBias, scaled, sums);
            }
        }
    }

    /// <summary>Of lanes i to i + count - 1 of every group; inlined, so that whole vectors get a loop without masks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Sums(int i, int count, float* s, float* dy, float* means, float* rstds, int groups, float* dGain, float* dBias,
        float* scaled, float* sums)
    {
        // Lanes behind the group's end have dy = 0 and gain = 0 and add nothing.
        TFunction function = _function;
        int width = _arguments.Width;
        TVector gain = VectorTail<TOps, TVector>.LoadUpTo(_arguments.Gain + i, count),
            bias = VectorTail<TOps, TVector>.LoadUpTo(_arguments.Bias + i, count);
        TVector gainSum = VectorTail<TOps, TVector>.LoadUpTo(dGain + i, count),
            biasSum = VectorTail<TOps, TVector>.LoadUpTo(dBias + i, count);
        float* dots = sums + ((nint)groups * TOps.Count);
        s += i;
        dy += i;
        scaled += i;
        for (int group = 0; group < groups; group++, s += width, dy += width, scaled += width, sums += TOps.Count, dots += TOps.Count)
        {
            TVector deviation = TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(s, count), TOps.Broadcast(means[group])),
                normal = TOps.Multiply(deviation, TOps.Broadcast(rstds[group]));
            TVector e = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(dy, count),
                function.Derivative(TOps.MultiplyAdd(gain, normal, bias)));
            TVector g = TOps.Multiply(gain, e);
            VectorTail<TOps, TVector>.StoreUpTo(g, scaled, count);
            (gainSum, biasSum) = (TOps.MultiplyAdd(e, normal, gainSum), TOps.Add(biasSum, e));
            TOps.Store(TOps.Add(i == 0 ? TOps.Zero : TOps.Load(sums), g), sums);
            TOps.Store(TOps.MultiplyAdd(g, normal, i == 0 ? TOps.Zero : TOps.Load(dots)), dots);
        }

        VectorTail<TOps, TVector>.StoreUpTo(gainSum, dGain + i, count);
        VectorTail<TOps, TVector>.StoreUpTo(biasSum, dBias + i, count);
    }

    private readonly void Gradients(float* s, float* means, float* rstds, int groups, float* scaled, float* totals, float* ds)
    {
        int width = _arguments.Width;
        for (int i = 0; i < 2 * groups; i += TOps.Count)
        {
            TVector mean = TOps.Divide(VectorTail<TOps, TVector>.LoadUpTo(totals + i, (2 * groups) - i), TOps.Broadcast(width));
            VectorTail<TOps, TVector>.StoreUpTo(mean, totals + i, (2 * groups) - i);
        }

        for (int group = 0; group < groups; group++, s += width, scaled += width, ds += width)
        {
            TVector center = TOps.Broadcast(means[group]), scale = TOps.Broadcast(rstds[group]),
                meanG = TOps.Broadcast(totals[group]), meanDot = TOps.Broadcast(totals[groups + group]);
            int i = 0;
            for (; i <= width - TOps.Count; i += TOps.Count)
            {
                Gradient(s + i, scaled + i, ds + i, TOps.Count, center, scale, meanG, meanDot);
            }

            if (i < width)
            {
                Gradient(s + i, scaled + i, ds + i, width - i, center, scale, meanG, meanDot);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gradient(float* s, float* g, float* ds, int count, TVector center, TVector scale, TVector meanG, TVector meanDot)
    {
        TVector normal = TOps.Multiply(TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(s, count), center), scale);
        TVector inner = TOps.NegatedMultiplyAdd(normal, meanDot, TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(g, count), meanG));
        VectorTail<TOps, TVector>.StoreUpTo(TOps.Multiply(inner, scale), ds, count);
    }
}
