using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Quantized;

/// <summary>The memory of a <see cref="QuantizedMatrix"/>.</summary>
internal unsafe struct CodeRows
{
    /// <summary>Integers of the first row.</summary>
    public byte* Codes;

    /// <summary>Scales of the first row, BFloat16.</summary>
    public ushort* Scales;

    /// <summary>Bytes from one row of integers to the next.</summary>
    public long Stride;

    /// <summary>Scales of a row.</summary>
    public int Groups;

    /// <summary>Elements of a row.</summary>
    public int Width;

    public static CodeRows Of(in QuantizedMatrix matrix) => new()
    {
        Codes = matrix.Codes.Bytes(),
        Scales = matrix.Scales.Halves(),
        Stride = matrix.RowBytes,
        Groups = matrix.Groups,
        Width = matrix.Width,
    };

    /// <summary>The rows from one on.</summary>
    public readonly CodeRows From(long row)
    {
        CodeRows rows = this;
        rows.Codes += row * Stride;
        rows.Scales += row * Groups;
        return rows;
    }
}
