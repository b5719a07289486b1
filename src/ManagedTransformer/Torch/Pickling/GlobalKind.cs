namespace ManagedTransformer.Torch.Pickling;

/// <summary>What a name in a pickle is used for.</summary>
internal enum GlobalKind
{
    /// <summary>A dictionary in order.</summary>
    OrderedDictionary,

    /// <summary>A dictionary with an optional first argument that is dropped or taken over.</summary>
    OtherDictionary,

    /// <summary>A tensor of four arguments.</summary>
    Tensor,

    /// <summary>A tensor of six or seven arguments.</summary>
    TensorV2,

    /// <summary>A tensor of seven or eight arguments, the last but one its type.</summary>
    TensorV3,

    /// <summary>A tensor around a tensor: three arguments.</summary>
    RebuiltParameter,

    /// <summary>A tensor around a tensor: four arguments.</summary>
    RebuiltParameterWithState,

    /// <summary>A tensor around a tensor: one or two arguments.</summary>
    Parameter,

    /// <summary>A tuple of sizes.</summary>
    Size,

    /// <summary>A type of storages.</summary>
    StorageType,

    /// <summary>A type of elements.</summary>
    ElementType,

    /// <summary>A record.</summary>
    Namespace,

    /// <summary>Text to bytes.</summary>
    Encode,

    /// <summary>A number of numpy's.</summary>
    NumpyScalar,

    /// <summary>The start of an array of numpy's.</summary>
    NumpyReconstruct,

    /// <summary>numpy's class of arrays, only ever an argument.</summary>
    NumpyArray,

    /// <summary>A type of numpy's elements.</summary>
    NumpyType,

    /// <summary>A set.</summary>
    Set,

    /// <summary>Python's class of numbers, lists and so on, only ever an argument.</summary>
    Factory,

    /// <summary>Let pass and never looked at.</summary>
    Opaque,
}
