using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Inspection;

/// <summary>A tensor of a file, without its values.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TypeCode">Type of the elements, as the file's format names it: <c>F32</c>, or <c>float32</c> in files of PyTorch.</param>
/// <param name="Shape">Sizes of the axes, outermost first.</param>
/// <param name="Count">Number of elements.</param>
/// <param name="ByteLength">Bytes of all elements.</param>
public sealed record TensorSummary(string Name, string TypeCode, IReadOnlyList<long> Shape, long Count, long ByteLength)
{
    internal static TensorSummary Of(SafetensorsEntry entry) =>
        new(entry.Name, entry.TypeCode, entry.Shape, entry.Count, entry.ByteLength);
}
