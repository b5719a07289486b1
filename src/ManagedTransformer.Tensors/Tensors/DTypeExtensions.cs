namespace ManagedTransformer.Tensors;

/// <summary>Facts about element types.</summary>
internal static class DTypeExtensions
{
    /// <summary>Bytes of one element.</summary>
    /// <param name="dtype">The element type.</param>
    public static int Size(this DType dtype) => dtype == DType.BFloat16 ? 2 : 4;
}
