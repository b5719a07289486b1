namespace ManagedTransformer.Tensors.Cpu;

/// <summary>What a micro-kernel does beside its sums; a constant to the compiler.</summary>
internal interface ITileKind
{
    /// <summary>True if rows end with whole vectors and sums are not scaled: nothing but the factors is read, and C if it adds.</summary>
    static virtual bool IsWhole => false;

    /// <summary>True if the sums of a whole tile are added to what C holds.</summary>
    static virtual bool Adds => false;

    /// <summary>True if a bias may be added and negative results may be raised to 0.</summary>
    static virtual bool Finishes => false;

    /// <summary>True if every step asks for a line of memory that is needed later.</summary>
    static virtual bool AsksAhead => false;
}
