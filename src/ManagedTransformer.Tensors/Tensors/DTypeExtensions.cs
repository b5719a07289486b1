namespace ManagedTransformer.Tensors;

/// <summary>Facts about element types.</summary>
internal static class DTypeExtensions
{
    /// <summary>Bytes of one element; of Int4, whose elements share bytes, of a place that holds one or more.</summary>
    /// <param name="dtype">The element type.</param>
    public static int Size(this DType dtype) => dtype switch
    {
        DType.BFloat16 => 2,
        DType.Int8 or DType.Int4 => 1,
        _ => 4,
    };

    /// <summary>Whether elements are small integers with scales for groups of them.</summary>
    /// <param name="dtype">The element type.</param>
    public static bool IsQuantized(this DType dtype) => dtype is DType.Int8 or DType.Int4;
}
