namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>Which keys keep their softmax weights, in numbers of positions from the text's beginning.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Size">w; 0 for none.</param>
internal readonly record struct WindowShape(LolcatsWindow Kind, int Size)
{
    /// <summary>Whether there is a window at all.</summary>
    public bool IsOpen => Kind != LolcatsWindow.None;

    /// <summary>Most keys of a window.</summary>
    public int Capacity => Kind switch
    {
        LolcatsWindow.None => 0,
        LolcatsWindow.Standard => Size,
        _ => 2 * Size,
    };

    /// <summary>The oldest key of a position's window; the key behind the position where there is no window.</summary>
    /// <param name="position">The position.</param>
    public int First(int position) => Kind switch
    {
        LolcatsWindow.None => position + 1,
        LolcatsWindow.Standard => Math.Max(0, position - Size + 1),
        _ => Size * Math.Max(0, (position / Size) - 1),
    };

    /// <summary>The smallest multiple of w that is at least a number of positions, or the largest that there is.</summary>
    /// <param name="fewest">At least 1.</param>
    public int Block(int fewest) => (int)Math.Min((fewest + (Size - 1L)) / Size, int.MaxValue / Size) * Size;

    /// <summary>What consecutive queries see of consecutive keys, 1 or 0 per query and key.</summary>
    /// <param name="firstQuery">Position of the first query.</param>
    /// <param name="queries">How many.</param>
    /// <param name="firstKey">Position of the first key.</param>
    /// <param name="keys">How many.</param>
    /// <returns>The keys of the windows, and the earlier ones; null for those where there are none.</returns>
    public (float[] Window, float[]? Earlier) Masks(int firstQuery, int queries, int firstKey, int keys)
    {
        float[] window = new float[checked(queries * keys)], earlier = new float[window.Length];
        bool hasEarlier = false;
        for (int t = 0; t < queries; t++)
        {
            int seen = Math.Clamp(firstQuery + t + 1 - firstKey, 0, keys), oldest = Math.Clamp(First(firstQuery + t) - firstKey, 0, seen);
            earlier.AsSpan(t * keys, oldest).Fill(1);
            window.AsSpan((t * keys) + oldest, seen - oldest).Fill(1);
            hasEarlier |= oldest > 0;
        }

        return (window, hasEarlier ? earlier : null);
    }
}
