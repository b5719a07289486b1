namespace ManagedTransformer.Gpu.Tests;

/// <summary>Lanes of a warp that are at the same place.</summary>
internal struct PtxFrame
{
    /// <summary>The next instruction.</summary>
    public int Next;

    /// <summary>Where these lanes wait for the ones below them on the stack.</summary>
    public int Meeting;

    public uint Lanes;
}
