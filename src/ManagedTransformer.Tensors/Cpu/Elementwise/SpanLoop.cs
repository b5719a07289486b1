using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>
/// Runs functions of System.Numerics.Tensors over contiguous arrays on all threads: those that are as fast there as in a loop of our own
/// (the class TensorPrimitivesBenchmarks compares them). Pieces are at most <see cref="Ranges.Grain"/> long, so that lengths of spans fit.
/// </summary>
internal static unsafe class SpanLoop
{
    /// <summary>y[i] = f(x[i]).</summary>
    public static void Map(delegate*<ReadOnlySpan<float>, Span<float>, void> function, float* x, float* y, long count)
    {
        MapJob job = new() { Function = function, X = x, Y = y };
        Ranges.Run(count, Ranges.Grain, ref job);
    }

    /// <summary>y[i] = min(max(x[i], low), high).</summary>
    public static void Clamp(float* x, float low, float high, float* y, long count)
    {
        ClampJob job = new() { X = x, Low = low, High = high, Y = y };
        Ranges.Run(count, Ranges.Grain, ref job);
    }

    /// <summary>
    /// y[i] = value. Only writes: reading memory that nothing has written yet costs the operating system a second fault per page.
    /// </summary>
    public static void Fill(float* y, long count, float value)
    {
        FillJob job = new() { Y = y, Value = value };
        Ranges.Run(count, Ranges.Grain, ref job);
    }

    private struct MapJob : IRangeJob
    {
        public delegate*<ReadOnlySpan<float>, Span<float>, void> Function;
        public float* X, Y;

        public readonly void Execute(long start, long end)
        {
            int count = (int)(end - start);
            Function(new ReadOnlySpan<float>(X + start, count), new Span<float>(Y + start, count));
        }
    }

    private struct ClampJob : IRangeJob
    {
        public float* X, Y;
        public float Low, High;

        public readonly void Execute(long start, long end)
        {
            int count = (int)(end - start);
            TensorPrimitives.Clamp(new ReadOnlySpan<float>(X + start, count), Low, High, new Span<float>(Y + start, count));
        }
    }

    private struct FillJob : IRangeJob
    {
        public float* Y;
        public float Value;

        public readonly void Execute(long start, long end) => new Span<float>(Y + start, (int)(end - start)).Fill(Value);
    }
}
