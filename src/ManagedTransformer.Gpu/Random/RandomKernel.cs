namespace ManagedTransformer.Gpu;

/// <summary>y[i] from word i of a sequence (and x[i]): one thread per block of four words, in strides.</summary>
internal static class RandomKernel
{
    public static void Run<TCode>(RandomArguments arguments)
        where TCode : struct, IWordCode
    {
        long blocks = (arguments.Count + 3) >> 2;
        for (long block = GridStride.First; block < blocks; block += GridStride.Step)
        {
            PhiloxWords words = GpuPhilox.Block(arguments.Seed, arguments.Sequence, (ulong)block);
            float u0 = GpuPhilox.ToUnit(words.W0), u1 = GpuPhilox.ToUnit(words.W1), u2 = GpuPhilox.ToUnit(words.W2),
                u3 = GpuPhilox.ToUnit(words.W3);
            long i = block << 2;
            Put<TCode>(arguments, i, 0, u0, u1);
            Put<TCode>(arguments, i + 1, 1, u0, u1);
            Put<TCode>(arguments, i + 2, 0, u2, u3);
            Put<TCode>(arguments, i + 3, 1, u2, u3);
        }
    }

    private static void Put<TCode>(RandomArguments arguments, long i, int place, float even, float odd)
        where TCode : struct, IWordCode
    {
        if (i < arguments.Count)
        {
            float x = default(TCode).ReadsInput ? arguments.X[i] : 0f;
            arguments.Y[i] = default(TCode).Value(place, even, odd, x, arguments.A, arguments.B);
        }
    }
}
