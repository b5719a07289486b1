namespace ManagedTransformer.Gpu;

/// <summary>y[i] += scale x[i]: the threads stride over the elements, two at once (<see cref="QuadStride"/>).</summary>
internal static class ScaledAdditionCode
{
    public static void Run(ScaledAdditionArguments arguments)
    {
        long i = GridStride.First, step = GridStride.Step;
        for (; i + step < arguments.Count; i += 2 * step)
        {
            long j = i + step;
            float p = arguments.Y[i], q = arguments.Y[j], r = arguments.X[i], s = arguments.X[j];
            arguments.Y[i] = p + (arguments.Scale * r);
            arguments.Y[j] = q + (arguments.Scale * s);
        }

        for (; i < arguments.Count; i += step)
        {
            arguments.Y[i] += arguments.Scale * arguments.X[i];
        }
    }
}
