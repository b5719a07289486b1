using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>Writes a text in place of every match of a pattern.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="content">The text in UTF-8, which stands for itself.</param>
internal sealed class ReplaceNormalizer(Pattern pattern, byte[] content) : Normalizer
{
    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        PatternSearch search = new(pattern, new PatternBudget(text.Length));
        int written = 0;
        while (search.Next(text))
        {
            output.Add(text[written..search.Start]);
            output.Add(content);
            written = search.End;
        }

        output.Add(text[written..]);
    }
}
