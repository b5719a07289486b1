using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="RandomKernel"/> takes.</summary>
internal struct RandomArguments
{
    public ArrayView<float> X, Y;
    public long Count;

    /// <summary>The sequence.</summary>
    public ulong Seed, Sequence;

    /// <summary>Parameters of the numbers; <see cref="IWordCode"/> says which.</summary>
    public float A, B;
}
