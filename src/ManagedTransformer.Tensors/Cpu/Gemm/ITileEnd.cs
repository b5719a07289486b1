namespace ManagedTransformer.Tensors.Cpu;

/// <summary>What a micro-kernel does about C besides adding sums to it; constants to the compiler.</summary>
internal interface ITileEnd
{
    /// <summary>True if C may lie outside of the first cache, so that its rows are asked for before they are needed.</summary>
    static abstract bool AsksForC { get; }

    /// <summary>True if a bias may be added and negative results may be raised to 0.</summary>
    static abstract bool Finishes { get; }
}
