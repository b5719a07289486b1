namespace ManagedTransformer.Hashing;

/// <summary>The 64-bit FNV-1a hash (Fowler, Noll and Vo): guards files against damage, not against intent.</summary>
internal static class Fnv1a
{
    public const ulong Seed = 14695981039346656037;

    /// <summary>The hash of what came before, extended by more bytes.</summary>
    public static ulong Append(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return hash;
    }
}
