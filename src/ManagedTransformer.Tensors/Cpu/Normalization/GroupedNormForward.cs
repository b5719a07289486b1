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
        int features = _arguments.Features, chunks = _arguments.Chunks, firstChunk = _arguments.FirstChunk, chunk = _arguments.Chunk;
        ThreadScratch scratch = _scratch ??= new ThreadScratch();
        scratch.Reserve(2 * features);
        float* shuffled = scratch.Take(features), result = scratch.Take(features);
        bool mixes = _arguments.First != null;
        for (long row = start; row < end; row++)
        {
            float* s = _arguments.X + (row * features), y = _arguments.Y + (row * _arguments.Outputs);
            if (_arguments.Shuffle)
            {
                FeatureShuffle.Forward(s, shuffled, _arguments.Groups, _arguments.Width);
                s = shuffled;
            }

            Normalize(s, mixes ? result : y, row);
            if (mixes)
            {
                FeatureShuffle.Scatter(_arguments.First + (row * _arguments.FirstWidth), y, chunks, firstChunk, firstChunk + chunk);
                FeatureShuffle.Scatter(result, y + firstChunk, chunks, chunk, firstChunk + chunk);
            }
        }
    }

    private readonly void Normalize(float* s, float* y, long row)
    {
        // Copies of the fields: stores to y might change the fields themselves, for all the compiler knows.
        TFunction function = _function;
        int width = _arguments.Width, groups = _arguments.Groups;
        float* gains = _arguments.Gain, biases = _arguments.Bias;
        float* means = _arguments.Mean + (row * groups), rstds = _arguments.Rstd + (row * groups);
        for (int group = 0; group < groups; group++, s += width, y += width)
        {
            float mean = Total(s, width) / width, rstd = 1f / MathF.Sqrt((SquaredDeviations(s, width, mean) / width) + _arguments.Epsilon);
            (means[group], rstds[group]) = (mean, rstd);
            TVector center = TOps.Broadcast(mean), scale = TOps.Broadcast(rstd);
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
