namespace ManagedTransformer.Tensors.Serialization;

/// <summary>Facts about the element types of safetensors files.</summary>
public static class SafetensorsTypeExtensions
{
    private static readonly string[] _codes = ["F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"];
    private static readonly int[] _sizes = [8, 4, 2, 2, 8, 4, 2, 1, 1, 1];

    /// <summary>How a file's header names the type, for instance <c>BF16</c>.</summary>
    /// <param name="type">The element type.</param>
    public static string Code(this SafetensorsType type) => _codes[(int)type];

    /// <summary>Bytes of one element.</summary>
    /// <param name="type">The element type.</param>
    public static int Size(this SafetensorsType type) => _sizes[(int)type];

    /// <summary>The type with the given code, or null.</summary>
    internal static SafetensorsType? Parse(string code)
    {
        int index = Array.IndexOf(_codes, code);
        return index < 0 ? null : (SafetensorsType)index;
    }

    /// <summary>How the elements of a tensor are stored.</summary>
    internal static SafetensorsType Of(DType dtype) => dtype switch
    {
        DType.BFloat16 => SafetensorsType.BFloat16,
        DType.Int32 => SafetensorsType.Int32,
        _ => SafetensorsType.Float32,
    };
}
