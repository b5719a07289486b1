namespace ManagedTransformer.Gpu;

/// <summary>A step for every element of a parameter: one thread per element, in strides.</summary>
internal static class StepCode
{
    public static void Run<TStep>(StepArguments<TStep> arguments)
        where TStep : struct, IElementStep
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            arguments.Step.Apply(i, arguments.Gradient[i]);
        }
    }
}
