namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>A text that stands for itself. An empty one matches everywhere.</summary>
/// <param name="literal">The text in UTF-8.</param>
internal sealed class LiteralPattern(byte[] literal) : Pattern
{
    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<byte> text, int from, PatternBudget budget, out int start, out int end)
    {
        int found = text[from..].IndexOf(literal);
        (start, end) = (from + found, from + found + literal.Length);
        return found >= 0;
    }
}
