using ManagedTransformer.Tensors;
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

    /// <summary>The integers that matrices among some tensors are stored as; null where they are not.</summary>
    internal static DType? Integers(IReadOnlyList<TensorSummary> tensors)
    {
        HashSet<string> names = [.. tensors.Select(tensor => tensor.Name)];
        TensorSummary? integers = tensors.FirstOrDefault(
            tensor => tensor.TypeCode is "I8" or "U8" && names.Contains(tensor.Name + SafetensorsWeights.ScaleSuffix));
        return integers is null ? null : integers.TypeCode == "I8" ? DType.Int8 : DType.Int4;
    }
}
