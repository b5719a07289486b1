using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Everything goes through shared memory: for devices whose warps are unknown.</summary>
internal readonly struct PlainGroup : IGroup
{
    public float Reduce<TCombine>(float value, ArrayView<float> scratch)
        where TCombine : struct, ICombine
    {
        scratch[Group.IdxX] = value;
        Group.Barrier();
        for (int half = Group.DimX >> 1; half > 0; half >>= 1)
        {
            if (Group.IdxX < half)
            {
                scratch[Group.IdxX] = default(TCombine).Apply(scratch[Group.IdxX], scratch[Group.IdxX + half]);
            }

            Group.Barrier();
        }

        float total = scratch[0];
        Group.Barrier();
        return total;
    }
}
