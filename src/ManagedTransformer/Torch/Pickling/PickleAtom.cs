namespace ManagedTransformer.Torch.Pickling;

/// <summary>
/// Null, true, false, a number (Int64, BigInteger or Double), a text or bytes.
/// </summary>
/// <param name="value">The value.</param>
/// <param name="hasSurrogates">Whether a text had half of a surrogate pair, which became U+FFFD.</param>
internal sealed class PickleAtom(object? value, bool hasSurrogates = false) : PickleValue
{
    private const int LeastShared = -8, MostShared = 256;

    private static readonly PickleAtom[] _small =
        [.. Enumerable.Range(LeastShared, MostShared - LeastShared + 1).Select(number => new PickleAtom((long)number))];

    /// <summary>None.</summary>
    public static PickleAtom None { get; } = new(null);

    /// <summary>True.</summary>
    public static PickleAtom True { get; } = new(true);

    /// <summary>False.</summary>
    public static PickleAtom False { get; } = new(false);

    /// <summary>The value.</summary>
    public object? Value => value;

    /// <summary>Whether a text had half of a surrogate pair.</summary>
    public bool HasSurrogates => hasSurrogates;

    /// <summary>An integer; small ones are shared.</summary>
    public static PickleAtom Of(long number) =>
        number is >= LeastShared and <= MostShared ? _small[number - LeastShared] : new PickleAtom(number);
}
