using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Warps of 32 exchange registers; shared memory holds one number per warp.</summary>
internal readonly struct CudaGroup : IGroup
{
    public float Reduce<TCombine>(float value, ArrayView<float> scratch)
        where TCombine : struct, ICombine
    {
        value = default(TCombine).Apply(value, Warp.ShuffleXor(value, 16));
        value = default(TCombine).Apply(value, Warp.ShuffleXor(value, 8));
        value = default(TCombine).Apply(value, Warp.ShuffleXor(value, 4));
        value = default(TCombine).Apply(value, Warp.ShuffleXor(value, 2));
        value = default(TCombine).Apply(value, Warp.ShuffleXor(value, 1));
        if ((Group.IdxX & 31) == 0)
        {
            scratch[Group.IdxX >> 5] = value;
        }

        Group.Barrier();
        float total = scratch[0];
        for (int warp = 1; warp < Group.DimX >> 5; warp++)
        {
            total = default(TCombine).Apply(total, scratch[warp]);
        }

        Group.Barrier();
        return total;
    }
}
