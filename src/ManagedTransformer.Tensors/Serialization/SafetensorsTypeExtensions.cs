namespace ManagedTransformer.Tensors.Serialization;

/// <summary>Facts about the element types of safetensors files.</summary>
internal static class SafetensorsTypeExtensions
{
    private static readonly string[] _codes = ["F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"];
    private static readonly int[] _sizes = [8, 4, 2, 2, 8, 4, 2, 1, 1, 1];

    // Further types of the format, and the bits of an element.
    private static readonly Dictionary<string, int> _otherBits = new()
    {
        ["U64"] = 64,
        ["C64"] = 64,
        ["U32"] = 32,
        ["U16"] = 16,
        ["F8_E4M3"] = 8,
        ["F8_E5M2"] = 8,
        ["F8_E8M0"] = 8,
        ["F8_E4M3FNUZ"] = 8,
        ["F8_E5M2FNUZ"] = 8,
        ["F6_E2M3"] = 6,
        ["F6_E3M2"] = 6,
        ["F4"] = 4,
    };

    /// <summary>Name of the type in a file's header, for instance <c>BF16</c>.</summary>
    /// <param name="type">The element type; not <see cref="SafetensorsType.Other"/>.</param>
    public static string Code(this SafetensorsType type) => _codes[(int)type];

    /// <summary>Bytes of one element.</summary>
    /// <param name="type">The element type; not <see cref="SafetensorsType.Other"/>.</param>
    public static int Size(this SafetensorsType type) => _sizes[(int)type];

    /// <summary>The type with the given code.</summary>
    internal static SafetensorsType Parse(string code)
    {
        int index = Array.IndexOf(_codes, code);
        return index < 0 ? SafetensorsType.Other : (SafetensorsType)index;
    }

    /// <summary>Bits of an element of the type with the given code; null for a type that nothing is known of.</summary>
    internal static int? Bits(string code) =>
        Parse(code) is var type and not SafetensorsType.Other ? 8 * type.Size() : _otherBits.TryGetValue(code, out int bits) ? bits : null;

    /// <summary>The type under which the elements of a tensor are stored.</summary>
    internal static SafetensorsType Of(DType dtype) => dtype switch
    {
        DType.BFloat16 => SafetensorsType.BFloat16,
        DType.Int32 => SafetensorsType.Int32,
        DType.Int8 => SafetensorsType.Int8,
        DType.Int4 => SafetensorsType.UInt8,
        _ => SafetensorsType.Float32,
    };
}
