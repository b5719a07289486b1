namespace ManagedTransformer.Hashing;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): a 64-bit counter and a mixing function.
/// Its sequence depends on the seed alone, whatever the platform and the version of .NET.
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>A number that depends on all three keys; different keys give unrelated numbers.</summary>
    public static ulong Hash(ulong a, ulong b, ulong c) => Mix(Mix(Mix(a + Increment) ^ (b + Increment)) ^ (c + Increment));

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(_state += Increment);

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Maps 64 random bits to [0, bound); off uniform by less than bound / 2^64.</summary>
    public static long Scale(ulong bits, long bound) => (long)Math.BigMul(bits, (ulong)bound, out _);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
