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
}
