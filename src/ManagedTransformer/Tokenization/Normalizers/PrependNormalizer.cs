using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>Puts a text before every segment that is not empty.</summary>
/// <param name="prefix">The text in UTF-8.</param>
internal sealed class PrependNormalizer(byte[] prefix) : Normalizer
{
    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        if (!text.IsEmpty)
        {
            output.Add(prefix);
            output.Add(text);
        }
    }
}
