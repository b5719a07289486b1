namespace ManagedTransformer.Tensors.Cpu;

/// <summary>How an operand of a product is rounded.</summary>
internal interface IRounding<TVector>
    where TVector : unmanaged
{
    /// <summary>The rounded elements; NaN stays NaN.</summary>
    static abstract TVector Round(TVector x);
}
