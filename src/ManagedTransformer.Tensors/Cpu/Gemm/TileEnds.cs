namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The ends that micro-kernels are compiled for.</summary>
internal static class TileEnds
{
    /// <summary>C is a block in the first cache.</summary>
    public readonly struct Cached : ITileEnd
    {
        public static bool AsksForC => false;

        public static bool Finishes => false;
    }

    /// <summary>C is a matrix.</summary>
    public readonly struct Plain : ITileEnd
    {
        public static bool AsksForC => true;

        public static bool Finishes => false;
    }

    /// <summary>C is a matrix that gets a bias, or is rectified, or both.</summary>
    public readonly struct Finished : ITileEnd
    {
        public static bool AsksForC => true;

        public static bool Finishes => true;
    }
}
