namespace ManagedTransformer.Tensors;

/// <summary>The type of a tensor's elements.</summary>
public enum DType
{
    /// <summary>IEEE 754 binary32: all arithmetic.</summary>
    Float32,

    /// <summary>The upper half of a binary32: storage of weights only.</summary>
    BFloat16,

    /// <summary>Signed 32-bit integer: indices and token ids.</summary>
    Int32,

    /// <summary>
    /// Signed 8-bit integers with a BFloat16 scale for each group of 32 along a row of a matrix: storage of weights only, on the processor.
    /// </summary>
    Int8,

    /// <summary>Signed 4-bit integers, otherwise as <see cref="Int8"/>.</summary>
    Int4,
}
