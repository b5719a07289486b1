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
        int features = _arguments.Features, groups = _arguments.Groups, block = _arguments.BlockRows;
        int chunks = _arguments.Chunks, firstChunk = _arguments.FirstChunk, chunk = _arguments.Chunk;
        ThreadScratch scratch = _scratch ??= new ThreadScratch();
        scratch.Reserve(2 * block * features);
        float* shuffled = scratch.Take(block * features), result = scratch.Take(block * features);
        bool mixes = _arguments.First != null;
        for (long row = start; row < end; row += block)
        {
            int rows = (int)Math.Min(block, end - row);
            float* s = _arguments.X + (row * features), y = _arguments.Y + (row * _arguments.Outputs);
            if (_arguments.Shuffle)
            {
                for (int i = 0; i < rows; i++)
                {
                    FeatureShuffle.Forward(s + (i * features), shuffled + (i * features), groups, _arguments.Width);
                }

                s = shuffled;
            }

            Normalize(s, mixes ? result : y, _arguments.Mean + (row * groups), _arguments.Rstd + (row * groups), rows * groups);
            if (mixes)
            {
                float* first = _arguments.First + (row * _arguments.FirstWidth);
                for (int i = 0; i < rows; i++, y += _arguments.Outputs)
                {
                    FeatureShuffle.Scatter(first + (i * _arguments.FirstWidth), y, chunks, firstChunk, firstChunk + chunk);
                    FeatureShuffle.Scatter(result + (i * features), y + firstChunk, chunks, chunk, firstChunk + chunk);
                }
            }
        }
    }

    /// <summary>Norms of groups side by side; each loop takes all of them, since the steps of one alone wait for each other.</summary>
    private readonly void Normalize(float* s, float* y, float* means, float* rstds, int groups)
    {
        // Copies of the fields: stores to y might change the fields themselves, for all the compiler knows.
        TFunction function = _function;
        int width = _arguments.Width;
        float* gains = _arguments.Gain, biases = _arguments.Bias;
        for (int group = 0; group < groups; group++)
        {
            means[group] = Total(s + (group * width), width) / width;
        }

        for (int group = 0; group < groups; group++)
        {
            rstds[group] = 1f / MathF.Sqrt((SquaredDeviations(s + (group * width), width, means[group]) / width) + _arguments.Epsilon);
        }

        for (int group = 0; group < groups; group++, s += width, y += width)
        {
            TVector center = TOps.Broadcast(means[group]), scale = TOps.Broadcast(rstds[group]);
            for (int i = 0; i < width; i += TOps.Count)
            {
                int left = width - i;
                TVector normal = TOps.Multiply(TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(s + i, left), center), scale);
                TVector affine = TOps.MultiplyAdd(VectorTail<TOps, TVector>.LoadUpTo(gains + i, left), normal,
                    VectorTail<TOps, TVector>.LoadUpTo(biases + i, left));
                VectorTail<TOps, TVector>.StoreUpTo(function.Value(affine), y + i, left);
            }
        }
    }

    private static float Total(float* s, int width)
    {
        TVector total = TOps.Zero;
        for (int i = 0; i < width; i += TOps.Count)
        {
            total = TOps.Add(total, VectorTail<TOps, TVector>.LoadUpTo(s + i, width - i));
        }

        return TOps.Sum(total);
    }

    private static float SquaredDeviations(float* s, int width, float mean)
    {
        TVector center = TOps.Broadcast(mean), squares = TOps.Zero;
        int i = 0;
        for (; i <= width - TOps.Count; i += TOps.Count)
        {
            TVector deviation = TOps.Subtract(TOps.Load(s + i), center);
            squares = TOps.MultiplyAdd(deviation, deviation, squares);
        }

        if (i < width)
        {
            TVector deviation = VectorTail<TOps, TVector>.Keep(TOps.Subtract(TOps.LoadFirst(s + i, width - i), center), width - i);
            squares = TOps.MultiplyAdd(deviation, deviation, squares);
        }

        return TOps.Sum(squares);
    }
}
