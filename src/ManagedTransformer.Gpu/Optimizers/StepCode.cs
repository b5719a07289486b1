using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>A step for every element of several parameters: one thread per element, in strides.</summary>
internal static class StepCode
{
    public static void Run<TStep>(JointArguments<StepArguments<TStep>> arguments)
        where TStep : struct, IElementStep
    {
        int group = Grid.IdxX, start = JointCode.Start(arguments, group);
        StepArguments<TStep> part = JointCode.Part(arguments, group);
        long step = (long)(JointCode.End(arguments, group) - start) * Group.DimX;
        for (long i = ((long)(group - start) * Group.DimX) + Group.IdxX; i < part.Count; i += step)
        {
            part.Step.Apply(i, part.Gradient[i]);
        }
    }
}
