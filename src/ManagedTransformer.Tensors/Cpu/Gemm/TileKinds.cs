namespace ManagedTransformer.Tensors.Cpu;

/// <summary>What micro-kernels are compiled to do beside their sums.</summary>
internal static class TileKinds
{
    /// <summary>Nothing: for blocks that lie in the first cache.</summary>
    public readonly struct None : ITileKind
    {
        public static bool Finishes => false;

        public static bool AsksAhead => false;
    }

    /// <summary>Asks ahead.</summary>
    public readonly struct Plain : ITileKind
    {
        public static bool Finishes => false;

        public static bool AsksAhead => true;
    }

    /// <summary>Asks ahead; ends with a bias, or a rectifier, or both.</summary>
    public readonly struct Finished : ITileKind
    {
        public static bool Finishes => true;

        public static bool AsksAhead => true;
    }
}
