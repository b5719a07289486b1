namespace ManagedTransformer.Gpu;

/// <summary>y = f(a, b) over a strided space: one thread per element, in strides; y and operands without strides of their own are read and written side by side.</summary>
internal static class BinaryKernel
{
    public static void Run<TCode>(BinaryArguments arguments)
        where TCode : struct, IBinaryCode
    {
        StridedSpace space = arguments.Space;
        for (long i = GridStride.First; i < space.Count; i += GridStride.Step)
        {
            AxisPlace place = space.Locate((uint)i);
            arguments.Y[i] = default(TCode).Value(
                arguments.A[place.Under(arguments.StridesA, space.Rank)], arguments.B[place.Under(arguments.StridesB, space.Rank)]);
        }
    }
}
