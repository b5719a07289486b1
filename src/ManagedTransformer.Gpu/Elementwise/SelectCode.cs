namespace ManagedTransformer.Gpu;

/// <summary>y = a where the condition differs from 0, else b, over a strided space: one thread per element, in strides.</summary>
internal static class SelectCode
{
    public static void Run(SelectArguments arguments)
    {
        StridedSpace space = arguments.Space;
        for (long i = GridStride.First; i < space.Count; i += GridStride.Step)
        {
            AxisPlace place = space.Locate((uint)i);
            float a = arguments.A[place.Under(arguments.StridesA, space.Rank)],
                b = arguments.B[place.Under(arguments.StridesB, space.Rank)];
            arguments.Y[i] = arguments.Condition[place.Under(arguments.StridesOfCondition, space.Rank)] == 0f ? b : a;
        }
    }
}
