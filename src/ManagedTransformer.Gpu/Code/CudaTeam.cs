using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Threads of a warp exchange registers; only teams of several warps use shared memory, for one number per warp.</summary>
internal readonly struct CudaTeam : IRowTeam
{
    public float Sum(float value, ArrayView<float> scratch, int size)
    {
        for (int distance = (size < 32 ? size : 32) >> 1; distance > 0; distance >>= 1)
        {
            value += Warp.ShuffleXor(value, distance);
        }

        if (size <= 32)
        {
            return value;
        }

        if ((Group.IdxX & 31) == 0)
        {
            scratch[Group.IdxX >> 5] = value;
        }

        Group.Barrier();
        int first = (Group.IdxX & ~(size - 1)) >> 5;
        float total = scratch[first];
        for (int warp = 1; warp < size >> 5; warp++)
        {
            total += scratch[first + warp];
        }

        Group.Barrier();
        return total;
    }

    public FloatPair Sum(FloatPair value, ArrayView<float> scratch, int size)
    {
        float a = value.A, b = value.B;
        for (int distance = (size < 32 ? size : 32) >> 1; distance > 0; distance >>= 1)
        {
            a += Warp.ShuffleXor(a, distance);
            b += Warp.ShuffleXor(b, distance);
        }

        if (size <= 32)
        {
            return new FloatPair { A = a, B = b };
        }

        int warps = Group.DimX >> 5;
        if ((Group.IdxX & 31) == 0)
        {
            scratch[Group.IdxX >> 5] = a;
            scratch[warps + (Group.IdxX >> 5)] = b;
        }

        Group.Barrier();
        int first = (Group.IdxX & ~(size - 1)) >> 5;
        a = scratch[first];
        b = scratch[warps + first];
        for (int warp = 1; warp < size >> 5; warp++)
        {
            a += scratch[first + warp];
            b += scratch[warps + first + warp];
        }

        Group.Barrier();
        return new FloatPair { A = a, B = b };
    }

    public T Merge<T, TMerge>(T value, ArrayView<T> scratch, int size)
        where T : unmanaged
        where TMerge : struct, IMerge<T>
    {
        for (int distance = (size < 32 ? size : 32) >> 1; distance > 0; distance >>= 1)
        {
            value = default(TMerge).Merge(value, Warp.ShuffleXor(value, distance));
        }

        if (size <= 32)
        {
            return value;
        }

        if ((Group.IdxX & 31) == 0)
        {
            scratch[Group.IdxX >> 5] = value;
        }

        Group.Barrier();
        int first = (Group.IdxX & ~(size - 1)) >> 5;
        T total = scratch[first];
        for (int warp = 1; warp < size >> 5; warp++)
        {
            total = default(TMerge).Merge(total, scratch[first + warp]);
        }

        Group.Barrier();
        return total;
    }
}
