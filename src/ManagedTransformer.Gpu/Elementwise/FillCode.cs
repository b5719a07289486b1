namespace ManagedTransformer.Gpu;

/// <summary>y[i] = value: one thread per element, in strides.</summary>
internal static class FillCode
{
    public static void Run(FillArguments arguments)
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            arguments.Y[i] = arguments.Value;
        }
    }
}
