namespace ManagedTransformer.Tensors.Cpu;

/// <summary>What micro-kernels are compiled to do behind their sums.</summary>
internal static class TileEnds
{
    /// <summary>Nothing.</summary>
    public readonly struct Plain : ITileEnd
    {
        public static bool Finishes => false;
    }

    /// <summary>A bias, or a rectifier, or both.</summary>
    public readonly struct Finished : ITileEnd
    {
        public static bool Finishes => true;
    }
}
