using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="RandomKernel"/>: Count results, each from its own place in the sequence.</summary>
internal struct RandomArguments
{
    public ArrayView<float> X, Y;
    public long Count;

    /// <summary>The sequence.</summary>
    public ulong Seed, Sequence;

    /// <summary>Parameters of the numbers; <see cref="IWordCode"/> says which.</summary>
    public float A, B;
}
