namespace ManagedTransformer.Torch.Storages;

/// <summary>The types of elements that checkpoints may hold.</summary>
internal enum TorchType
{
    /// <summary>binary32.</summary>
    Float32,

    /// <summary>binary64.</summary>
    Float64,

    /// <summary>binary16.</summary>
    Float16,

    /// <summary>The upper half of a binary32.</summary>
    BFloat16,

    /// <summary>Signed, 64 bits.</summary>
    Int64,

    /// <summary>Signed, 32 bits.</summary>
    Int32,

    /// <summary>Signed, 16 bits.</summary>
    Int16,

    /// <summary>Signed, 8 bits.</summary>
    Int8,

    /// <summary>Unsigned, 8 bits.</summary>
    UInt8,

    /// <summary>One byte, 0 for false.</summary>
    Boolean,

    /// <summary>Bytes of a storage whose tensors say what they are.</summary>
    Untyped,
}
