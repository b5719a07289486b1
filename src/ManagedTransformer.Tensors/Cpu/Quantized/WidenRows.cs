using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Quantized;

/// <summary>Rows of small integers as floats: those that indices name, or one after the other.</summary>
internal unsafe struct WidenRows<TOps, TVector, TGroups> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TGroups : struct, ICodeGroups<TVector>
{
    public CodeRows Source;

    /// <summary>Which row comes to each place; null: that of the same number.</summary>
    public int* Indices;

    public float* Target;

    public readonly void Execute(long start, long end)
    {
        for (long i = start; i < end; i++)
        {
            CodeProducts<TOps, TVector, TGroups>.Widen(Source.From(Indices == null ? i : Indices[i]), Target + i * Source.Width);
        }
    }
}
