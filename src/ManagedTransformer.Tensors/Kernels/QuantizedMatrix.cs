namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Rows of small integers with a scale for each group of 32 of them, the last group of a row being shorter where the width asks for it: an
/// element is its integer times the scale of its group, exactly, in Float32. Int8 has a byte for each element. Int4 has 16 bytes for each
/// group: byte i holds element i in its lower half and element i + 16 in its upper half, as two's complements, 0 where there is none.
/// </summary>
/// <param name="Type">Int8 or Int4.</param>
/// <param name="Codes">The integers, [Rows, <see cref="RowBytes"/>] bytes; the offset counts bytes.</param>
/// <param name="Scales">BFloat16 [Rows, <see cref="Groups"/>].</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Width">Elements of a row.</param>
internal readonly record struct QuantizedMatrix(DType Type, DeviceBuffer Codes, DeviceBuffer Scales, int Rows, int Width)
{
    /// <summary>Elements that share a scale.</summary>
    public const int GroupSize = 32;

    /// <summary>Bytes of a row of codes.</summary>
    public long RowBytes => BytesOf(Type, Width);

    /// <summary>Scales of a row.</summary>
    public int Groups => GroupsOf(Width);

    /// <summary>Scales of a row of so many elements.</summary>
    public static int GroupsOf(int width) => (int)(((long)width + GroupSize - 1) / GroupSize);

    /// <summary>Bytes that the codes of a row take.</summary>
    public static long BytesOf(DType type, int width) => type == DType.Int4 ? GroupSize / 2 * (long)GroupsOf(width) : width;
}
