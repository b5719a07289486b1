using System.Text;
using ManagedTransformer.Tokenization.Normalizers;
using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Decoders;

/// <summary>Writes a text in place of every match of a pattern within a token.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="content">The text, which stands for itself.</param>
internal sealed class ReplaceDecoder(Pattern pattern, string content) : TokenDecoder
{
    private const long MostBase = 4 << 20, MostGrowth = 8;

    private readonly ReplaceNormalizer _replace = new(pattern, Encoding.UTF8.GetBytes(content));

    /// <inheritdoc/>
    public override void Apply(List<string> tokens)
    {
        long left = MostBase + MostGrowth * tokens.Sum(token => (long)token.Length);
        ByteBuffer buffer = new();
        for (int i = 0; i < tokens.Count; i++)
        {
            buffer.Truncate(0);
            buffer.Limit = left;
            _replace.Append(Encoding.UTF8.GetBytes(tokens[i]), buffer);
            left -= buffer.Length;
            tokens[i] = Encoding.UTF8.GetString(buffer.Span);
        }
    }
}
