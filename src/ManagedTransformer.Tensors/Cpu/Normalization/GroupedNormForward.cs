using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>Shuffle, norm of every group, activation and mix of a row while it is in the first cache.</summary>
internal unsafe struct GroupedNormForward<TOps, TVector, TFunction> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TFunction : unmanaged, IUnaryFunction<TVector>
{
    /// <summary>Floats of a block of rows: with at least as many groups of up to 64 features as a vector has lanes.</summary>
    private const int Block = 1024;

    [ThreadStatic]
    private static ThreadScratch? _scratch;

    private TFunction _function;
    private GroupedNormArguments _arguments;

    public static void Run(TFunction function, in GroupedNormProblem problem)
    {
        var job = new GroupedNormForward<TOps, TVector, TFunction> { _function = function, _arguments = new GroupedNormArguments(problem) };
        Ranges.RunRows(problem.Rows, problem.Features, ref job);
    }

    public readonly void Execute(long start, long end)
    {
        int features = _arguments.Features, groups = _arguments.Groups, block = _arguments.BlockRows(Block);
        int chunks = _arguments.Chunks, firstChunk = _arguments.FirstChunk, period = firstChunk + _arguments.Chunk;
        int sumsRoom = LaneSums<TOps, TVector>.Room(block * groups);
        ThreadScratch scratch = _scratch ??= new ThreadScratch();
        scratch.Reserve((block * features) + sumsRoom);
        float* sums = scratch.Take(sumsRoom), shuffled = scratch.Take(block * features);
        for (long row = start; row < end; row += block)
        {
            int rows = (int)Math.Min(block, end - row);
            float* s = _arguments.X + (row * features), y = _arguments.Y + (row * _arguments.Outputs);
            float* first = _arguments.First + (row * _arguments.FirstWidth);
            float* means = _arguments.Mean + (row * groups), rstds = _arguments.Rstd + (row * groups);
            if (_arguments.Shuffle)
            {
                for (int i = 0; i < rows; i++)
                {
                    FeatureShuffle<TOps, TVector>.Forward(s + (i * features), shuffled + (i * features), groups, _arguments.Width);
                }

                s = shuffled;
            }

            Statistics(s, means, rstds, rows * groups, sums);
            for (int i = 0; i < rows; i++, s += features, y += _arguments.Outputs, means += groups, rstds += groups)
            {
                if (firstChunk > 0)
                {
                    FeatureShuffle<TOps, TVector>.Scatter(first + (i * _arguments.FirstWidth), y, chunks, firstChunk, period);
                }

                Normalize(s, y, means, rstds);
            }
        }
    }

    /// <summary>Means and scales of groups; each loop takes all of them, since the steps of one alone wait for each other.</summary>
    private readonly void Statistics(float* s, float* means, float* rstds, int groups, float* sums)
    {
        float width = _arguments.Width, epsilon = _arguments.Epsilon;
        Totals(s, groups, _arguments.Width, sums);
        LaneSums<TOps, TVector>.Run(sums, groups, means);
        for (int i = 0; i < groups; i += TOps.Count)
        {
            TVector mean = TOps.Divide(VectorTail<TOps, TVector>.LoadUpTo(means + i, groups - i), TOps.Broadcast(width));
            VectorTail<TOps, TVector>.StoreUpTo(mean, means + i, groups - i);
        }

        SquaredDeviations(s, means, groups, _arguments.Width, sums);
        LaneSums<TOps, TVector>.Run(sums, groups, rstds);
        for (int i = 0; i < groups; i += TOps.Count)
        {
            TVector variance = TOps.Divide(VectorTail<TOps, TVector>.LoadUpTo(rstds + i, groups - i), TOps.Broadcast(width));
            TVector rstd = TOps.Divide(TOps.Broadcast(1f), TOps.Sqrt(TOps.Add(variance, TOps.Broadcast(epsilon))));
            VectorTail<TOps, TVector>.StoreUpTo(rstd, rstds + i, groups - i);
        }
    }

    /// <summary>Sums of every group, lane by lane.</summary>
    private static void Totals(float* s, int groups, int width, float* sums)
    {
        for (int group = 0; group < groups; group++, s += width, sums += TOps.Count)
        {
            TVector total = TOps.Zero;
            int i = 0;
            for (; i <= width - TOps.Count; i += TOps.Count)
            {
                total = TOps.Add(total, TOps.Load(s + i));
            }

            if (i < width)
            {
                total = TOps.Add(total, TOps.LoadFirst(s + i, width - i));
            }

            TOps.Store(total, sums);
        }
    }

    /// <summary>Sums of the squared distances to the mean of every group, lane by lane.</summary>
    private static void SquaredDeviations(float* s, float* means, int groups, int width, float* sums)
    {
        for (int group = 0; group < groups; group++, s += width, sums += TOps.Count)
        {
            TVector center = TOps.Broadcast(means[group]), squares = TOps.Zero;
            int i = 0;
            for (; i <= width - TOps.Count; i += TOps.Count)
            {
                TVector deviation = TOps.Subtract(TOps.Load(s + i), center);
                squares = TOps.MultiplyAdd(deviation, deviation, squares);
            }

            if (i < width)
            {
                TVector deviation = TOps.Subtract(TOps.LoadFirst(s + i, width - i), center);
                deviation = VectorTail<TOps, TVector>.Keep(deviation, width - i);
                squares = TOps.MultiplyAdd(deviation, deviation, squares);
            }

            TOps.Store(squares, sums);
        }
    }

    /// <summary>Norms of a row, from the end of one group or chunk to that of the next, where the mixed row has them.</summary>
    private readonly void Normalize(float* s, float* y, float* means, float* rstds)
    {
        // Copies of the fields: stores to y might change the fields themselves, for all the compiler knows.
        TFunction function = _function;
        int width = _arguments.Width, features = _arguments.Features, firstChunk = _arguments.FirstChunk, chunk = _arguments.Chunk;
        float* gains = _arguments.Gain, biases = _arguments.Bias;
        for (int at = 0, chunkEnd = 0; at < features; gains -= width, biases -= width, means++, rstds++)
        {
            TVector center = TOps.Broadcast(*means), scale = TOps.Broadcast(*rstds);
            int groupEnd = at + width;
            while (at < groupEnd)
            {
                if (at == chunkEnd)
                {
                    chunkEnd += chunk;
                    y += firstChunk;
                }

                int end = Math.Min(groupEnd, chunkEnd);
                for (; at <= end - TOps.Count; at += TOps.Count)
                {
                    Normalize(function, s + at, gains + at, biases + at, y + at, TOps.Count, center, scale);
                }

                if (at < end)
                {
                    Normalize(function, s + at, gains + at, biases + at, y + at, end - at, center, scale);
                    at = end;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Normalize(TFunction function, float* s, float* gain, float* bias, float* y, int count, TVector center,
        TVector scale)
    {
        TVector normal = TOps.Multiply(TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(s, count), center), scale);
        TVector affine = TOps.MultiplyAdd(VectorTail<TOps, TVector>.LoadUpTo(gain, count), normal,
            VectorTail<TOps, TVector>.LoadUpTo(bias, count));
        VectorTail<TOps, TVector>.StoreUpTo(function.Value(affine), y, count);
    }
}
