namespace ManagedTransformer.Tensors.Serialization;

/// <summary>The element types of safetensors files, in the order of their sizes.</summary>
public enum SafetensorsType
{
    /// <summary><c>F64</c>: IEEE 754 binary64.</summary>
    Float64,

    /// <summary><c>F32</c>: IEEE 754 binary32.</summary>
    Float32,

    /// <summary><c>F16</c>: IEEE 754 binary16.</summary>
    Float16,

    /// <summary><c>BF16</c>: the upper half of a binary32.</summary>
    BFloat16,

    /// <summary><c>I64</c>: signed 64-bit integer.</summary>
    Int64,

    /// <summary><c>I32</c>: signed 32-bit integer.</summary>
    Int32,

    /// <summary><c>I16</c>: signed 16-bit integer.</summary>
    Int16,

    /// <summary><c>I8</c>: signed 8-bit integer.</summary>
    Int8,

    /// <summary><c>U8</c>: unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary><c>BOOL</c>: one byte, 0 for false.</summary>
    Boolean,

    /// <summary>
    /// Any other type, such as <c>U32</c>, <c>F8_E4M3</c> or one that came after this library: its elements are not read as numbers, and
    /// what the file calls it is <see cref="SafetensorsEntry.TypeCode"/>.
    /// </summary>
    Other,
}
