namespace ManagedTransformer.Gpu;

/// <summary>
/// y = f(a, b) over a strided space: the threads stride over the elements, so that y and operands without strides of their own are read and
/// written side by side; where one axis is left, two elements at once (<see cref="QuadStride"/>).
/// </summary>
internal static class BinaryKernel
{
    public static void Run<TCode>(BinaryArguments arguments)
        where TCode : struct, IBinaryCode
    {
        StridedSpace space = arguments.Space;
        long i = GridStride.First, step = GridStride.Step;
        if (space.Rank == 1)
        {
            for (; i + step < space.Count; i += 2 * step)
            {
                long j = i + step;
                float p = arguments.A[i * arguments.StridesA.S0], q = arguments.A[j * arguments.StridesA.S0];
                float r = arguments.B[i * arguments.StridesB.S0], s = arguments.B[j * arguments.StridesB.S0];
                arguments.Y[i] = default(TCode).Value(p, r);
                arguments.Y[j] = default(TCode).Value(q, s);
            }
        }

        for (; i < space.Count; i += step)
        {
            AxisPlace place = space.Locate((uint)i);
            arguments.Y[i] = default(TCode).Value(
                arguments.A[place.Under(arguments.StridesA, space.Rank)], arguments.B[place.Under(arguments.StridesB, space.Rank)]);
        }
    }
}
