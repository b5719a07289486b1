namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Sizes of a product-key search: queries [Rows, Heads, 2, Half] against keys [Heads, 2, Keys, Half], of which Kept pairs are kept.
/// </summary>
internal readonly record struct ProductKeyShape(long Rows, int Heads, int Keys, int Half, int Kept);
