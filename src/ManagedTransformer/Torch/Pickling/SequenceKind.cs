namespace ManagedTransformer.Torch.Pickling;

/// <summary>What a sequence is in Python.</summary>
internal enum SequenceKind
{
    /// <summary>A list.</summary>
    List,

    /// <summary>A tuple.</summary>
    Tuple,

    /// <summary>A set, in the order of the file; members that are there twice are kept.</summary>
    Set,
}
