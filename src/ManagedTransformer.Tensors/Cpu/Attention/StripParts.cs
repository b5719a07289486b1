using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// What a strip of queries, two vectors wide, sees of a block of keys. At the edge of a causal mask the last keys are seen by the right
/// vector only, at the edge of a window the first ones by the left vector only: these corners of a tile need no computation.
/// </summary>
internal readonly struct StripParts(int keys, int rightBegin, int leftEnd)
{
    /// <summary>Parts of every tile, of which some may be empty: seen by the left vector only, by both, by the right one only.</summary>
    public const int Count = 3;

    /// <summary>Keys of the block.</summary>
    public readonly int Keys = keys;

    private readonly int _rightBegin = rightBegin, _leftEnd = leftEnd;

    /// <summary>A part of the tile.</summary>
    public StripPart this[int part]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => part switch
        {
            0 => new StripPart(0, _rightBegin, 0, 1),
            1 => new StripPart(_rightBegin, _leftEnd - _rightBegin, 0, 2),
            _ => new StripPart(_leftEnd, Keys - _leftEnd, 1, 1),
        };
    }

    /// <summary>The keys that a vector of queries sees.</summary>
    public (int Begin, int End) SeenBy(int vector) => vector == 0 ? (0, _leftEnd) : (_rightBegin, Keys);
}
