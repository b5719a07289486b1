using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of the kernels of matrix products: the problem and its division into parts and tiles.</summary>
internal struct MatMulArguments
{
    /// <summary>The operands. B is empty where <see cref="Halves"/> is not; Bias and PreActivation may be empty.</summary>
    public ArrayView<float> A, B, C, Bias, PreActivation;

    /// <summary>B as BFloat16.</summary>
    public ArrayView<ushort> Halves;

    /// <summary>Where the sums over the parts of K go, [Parts, Batch, M, N]; empty with one part.</summary>
    public ArrayView<float> Scratch;

    /// <summary>The first bytes of A and of B, for copies into shared memory by address.</summary>
    public long AddressA, AddressB;

    public long StrideA, StrideB, StrideC;
    public long BatchStrideA, BatchStrideB, BatchStrideC, BatchStrideBias;
    public int Batch, M, N, K;

    /// <summary>Flags: 0 or 1.</summary>
    public int TransposeA, TransposeB, Accumulate, HasBias, HasPreActivation;

    /// <summary>Flags: every row of the operand starts at a multiple of 16 bytes.</summary>
    public int AlignedA, AlignedB;

    /// <summary>An <see cref="Tensors.Activation"/>.</summary>
    public int Activation;

    public float Alpha;

    /// <summary>K is cut into this many parts of <see cref="PartDepth"/>; the last may be shorter.</summary>
    public int Parts, PartDepth;

    /// <summary>Tiles of C in each direction.</summary>
    public int TilesM, TilesN;

    /// <summary>Stages of the pipeline from memory to shared memory.</summary>
    public int Stages;
}
