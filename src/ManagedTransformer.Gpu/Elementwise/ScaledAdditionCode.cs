namespace ManagedTransformer.Gpu;

/// <summary>y[i] += scale x[i]: one thread per element, in strides.</summary>
internal static class ScaledAdditionCode
{
    public static void Run(ScaledAdditionArguments arguments)
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            arguments.Y[i] += arguments.Scale * arguments.X[i];
        }
    }
}
