using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Everything goes through shared memory: for devices whose warps are unknown.</summary>
internal readonly struct PlainTeam : IRowTeam
{
    public float Sum(float value, ArrayView<float> scratch, int size)
    {
        int thread = Group.IdxX, lane = thread & (size - 1);
        scratch[thread] = value;
        Group.Barrier();
        for (int half = size >> 1; half > 0; half >>= 1)
        {
            if (lane < half)
            {
                scratch[thread] += scratch[thread + half];
            }

            Group.Barrier();
        }

        float total = scratch[thread - lane];
        Group.Barrier();
        return total;
    }

    public FloatPair Sum(FloatPair value, ArrayView<float> scratch, int size)
    {
        int thread = Group.IdxX, second = Group.DimX, lane = thread & (size - 1);
        scratch[thread] = value.A;
        scratch[second + thread] = value.B;
        Group.Barrier();
        for (int half = size >> 1; half > 0; half >>= 1)
        {
            if (lane < half)
            {
                scratch[thread] += scratch[thread + half];
                scratch[second + thread] += scratch[second + thread + half];
            }

            Group.Barrier();
        }

        var total = new FloatPair { A = scratch[thread - lane], B = scratch[second + thread - lane] };
        Group.Barrier();
        return total;
    }

    public T Merge<T, TMerge>(T value, ArrayView<T> scratch, int size)
        where T : unmanaged
        where TMerge : struct, IMerge<T>
    {
        int thread = Group.IdxX, lane = thread & (size - 1);
        scratch[thread] = value;
        Group.Barrier();
        for (int half = size >> 1; half > 0; half >>= 1)
        {
            if (lane < half)
            {
                scratch[thread] = default(TMerge).Merge(scratch[thread], scratch[thread + half]);
            }

            Group.Barrier();
        }

        T total = scratch[thread - lane];
        Group.Barrier();
        return total;
    }
}
