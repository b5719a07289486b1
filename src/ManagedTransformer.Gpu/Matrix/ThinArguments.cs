using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="ThinCode"/>: the product as a thin operand of at most 8 vectors against a wide one of many.</summary>
internal struct ThinArguments
{
    /// <summary>For the epilogue, the sizes and the parts.</summary>
    public MatMulArguments Product;

    public ArrayView<float> Thin, Wide;

    /// <summary>The wide operand as BFloat16.</summary>
    public ArrayView<ushort> Halves;

    public int ThinCount, WideCount;

    /// <summary>Distances between vectors, and between the elements of one.</summary>
    public long ThinStride, ThinStep, WideStride, WideStep;
    public long ThinBatchStride, WideBatchStride;

    /// <summary>1: the thin operand is B, and its vectors belong to columns of C.</summary>
    public int ThinIsRight;

    /// <summary>Threads that share the K of one vector, a power of two; 1 in SlicesInner: they are neighbours.</summary>
    public int Slices, SlicesInner;
}
