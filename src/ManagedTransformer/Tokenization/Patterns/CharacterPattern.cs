using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>One character of a set.</summary>
/// <param name="set">The set.</param>
internal sealed class CharacterPattern(CodePointSet set) : Pattern
{
    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<byte> text, int from, PatternBudget budget, out int start, out int end)
    {
        while (from < text.Length)
        {
            bool isMatch = set.Contains(Utf8.Read(text, from, out int length));
            (start, end) = (from, from + length);
            if (isMatch)
            {
                return true;
            }

            from = end;
        }

        (start, end) = (0, 0);
        return false;
    }
}
