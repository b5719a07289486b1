using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>The positions that see a key, First to Last.</summary>
internal struct SeenPositions
{
    public int First, Last;

    /// <summary>The score, or minus infinity. Without a short cut: a select instead of branches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Apply(SeenPositions seen, int position, float score) =>
        (position >= seen.First) & (position <= seen.Last) ? score : float.NegativeInfinity;
}
