namespace ManagedTransformer.Tensors.Cpu;

/// <summary>What a micro-kernel does beside its sums; a constant to the compiler.</summary>
internal interface ITileKind
{
    /// <summary>True if a bias may be added and negative results may be raised to 0.</summary>
    static abstract bool Finishes { get; }

    /// <summary>True if every step asks for a line of memory that is needed later.</summary>
    static abstract bool AsksAhead { get; }
}
