namespace ManagedTransformer.Tensors;

/// <summary>
/// Hands out the keys of independent random sequences. A key depends only on the seed, the position (for instance the training step)
/// and how many keys were taken since that position was set, so a resumed run draws the numbers that an uninterrupted one would.
/// </summary>
/// <param name="seed">The run's seed.</param>
public sealed class RandomSource(ulong seed)
{
    private ulong _position;
    private ulong _site;

    /// <summary>The run's seed.</summary>
    public ulong Seed => seed;

    /// <summary>Moves to a position (for instance the training step) and starts counting its sites from 0 again.</summary>
    /// <param name="position">The position.</param>
    public void MoveTo(ulong position)
    {
        _position = position;
        _site = 0;
    }

    /// <summary>The key of the next site at the current position.</summary>
    public RandomKey NextKey() => new(seed, Mix((_position << 20) + _site++));

    /// <summary>The first number, uniform in [0, 1), of the next site's sequence.</summary>
    public double NextUnit()
    {
        Philox.Block(NextKey(), 0, out uint high, out uint low, out _, out _);
        return (((ulong)high << 21) ^ (low >> 11)) * (1.0 / (1UL << 53));
    }

    internal State Save() => new(_position, _site);

    internal void Restore(State state) => (_position, _site) = (state.Position, state.Site);

    // SplitMix64's finaliser: neighbouring positions and sites get unrelated sequences.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }

    internal readonly record struct State(ulong Position, ulong Site);
}
