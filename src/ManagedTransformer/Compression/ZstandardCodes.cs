namespace ManagedTransformer.Compression;

/// <summary>What codes of sequences stand for, and their usual probabilities (RFC 8878, 3.1.1.3.2).</summary>
internal static class ZstandardCodes
{
    /// <summary>The largest code of a length of literals, of a match and of an offset.</summary>
    public const int MostLiterals = 35, MostMatch = 52, MostOffset = 31;

    private static readonly int[] _literalBases =
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192,
        16384, 32768, 65536,
    ];

    private static readonly byte[] _literalBits =
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    ];

    private static readonly int[] _matchBases =
    [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 39,
        41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539,
    ];

    private static readonly byte[] _matchBits =
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7,
        8, 9, 10, 11, 12, 13, 14, 15, 16,
    ];

    /// <summary>The usual table of lengths of literals.</summary>
    public static EntropyTable Literals { get; } = EntropyTable.Of(
        6, [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1]);

    /// <summary>The usual table of lengths of matches.</summary>
    public static EntropyTable Matches { get; } = EntropyTable.Of(
        6,
        [
            1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
        ]);

    /// <summary>The usual table of offsets.</summary>
    public static EntropyTable Offsets { get; } = EntropyTable.Of(
        5, [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);

    /// <summary>A length of literals.</summary>
    public static int LiteralLength(int code, ref BackwardBits bits) => _literalBases[code] + (int)bits.Read(_literalBits[code]);

    /// <summary>A length of a match.</summary>
    public static int MatchLength(int code, ref BackwardBits bits) => _matchBases[code] + (int)bits.Read(_matchBits[code]);
}
