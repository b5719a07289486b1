namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>
/// The steps that patterns may take over one text, and the length that it may grow to: patterns from files are programs of strangers, and
/// some take time exponential or quadratic in the text.
/// </summary>
/// <param name="bytes">The length of the text.</param>
internal sealed class PatternBudget(int bytes)
{
    /// <summary>What any text may take: well below a second.</summary>
    public const long Base = 20_000_000;

    private const long PerByte = 200, MostPerByte = 64, MostBase = 4 << 20;

    private long _left = Base + PerByte * bytes;

    /// <summary>The most bytes that may become of the text in between.</summary>
    public long MostBytes { get; } = MostBase + MostPerByte * bytes;

    /// <summary>Takes steps off.</summary>
    /// <param name="steps">How many.</param>
    /// <param name="pattern">The pattern, for the error.</param>
    /// <exception cref="InputException">None are left.</exception>
    public void Spend(long steps, string pattern)
    {
        _left -= steps;
        if (_left < 0)
        {
            throw new InputException($"The tokenizer's pattern '{Shorten(pattern)}' takes too many steps on this text.");
        }
    }

    private static string Shorten(string pattern) => pattern.Length <= 60 ? pattern : $"{pattern[..57]}...";
}
