using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>Writes every byte as a character of GPT-2's byte alphabet.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output) => ByteAlphabet.Append(text, output);
}
