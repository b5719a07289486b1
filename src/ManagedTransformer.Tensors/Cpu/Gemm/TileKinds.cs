namespace ManagedTransformer.Tensors.Cpu;

/// <summary>What micro-kernels are compiled to do beside their sums.</summary>
internal static class TileKinds
{
    /// <summary>Writes a block that lies in the first cache.</summary>
    public readonly struct Written : ITileKind
    {
        public static bool IsWhole => true;
    }

    /// <summary>Adds to a block that lies in the first cache.</summary>
    public readonly struct Added : ITileKind
    {
        public static bool IsWhole => true;

        public static bool Adds => true;
    }

    /// <summary>Asks ahead.</summary>
    public readonly struct Plain : ITileKind
    {
        public static bool AsksAhead => true;
    }

    /// <summary>Asks ahead; ends with a bias, or a rectifier, or both.</summary>
    public readonly struct Finished : ITileKind
    {
        public static bool Finishes => true;

        public static bool AsksAhead => true;
    }
}
