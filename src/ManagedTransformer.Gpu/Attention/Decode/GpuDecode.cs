using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Queues attention of few queries.</summary>
internal static class GpuDecode
{
    // Tiles of 64 queries would be almost empty.
    private const int MostQueries = 4;

    // Groups enough to fill a large device.
    private const int WantedGroups = 1024;

    /// <summary>True if there are so few queries that each is worth groups of its own.</summary>
    public static bool Suits(int queries) => queries <= MostQueries;

    /// <summary>Queues the ranges of keys of all rows, and what puts them together.</summary>
    public static void Run<TKeys>(GpuDevice device, TKeys keys, int rows)
        where TKeys : struct, IDecodeKeys
    {
        if (rows == 0)
        {
            return;
        }

        // Ranges are whole rounds of a group, so that most of them have the same work.
        int rounds = Math.Max((keys.Count + DecodeCode.GroupSize - 1) / DecodeCode.GroupSize, 1),
            wanted = Math.Clamp(WantedGroups / rows, 1, rounds);
        int splitRounds = (rounds + wanted - 1) / wanted, splits = (rounds + splitRounds - 1) / splitRounds;
        long parts = (long)rows * splits * (keys.Width + DecodeArguments<TKeys>.Lead);
        using DeviceScratch scratch = new(device, DeviceScratch.Room<float>(parts));
        var arguments = new DecodeArguments<TKeys>
        {
            Keys = keys,
            Parts = scratch.Take<float>(parts),
            Splits = splits,
            SplitKeys = splitRounds * DecodeCode.GroupSize,
        };
        var groups = new Index3D(checked(rows * splits), Tile.ResultParts(keys.Width), 1);
        device.Launch(device.HasShuffles ? DecodeCode.Run<CudaTeam, TKeys> : DecodeCode.Run<PlainTeam, TKeys>, groups,
            DecodeCode.GroupSize, arguments);
        device.Launch(DecodeCombineCode.Run<TKeys>, new Index3D(rows, 1, 1), DecodeCombineCode.GroupSize, arguments);
    }
}
