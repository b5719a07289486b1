using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>A normalization form of Unicode.</summary>
/// <param name="form">Which one.</param>
internal sealed class FormNormalizer(NormalizationForm form) : Normalizer
{
    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            output.Add(text);
        }
        else
        {
            UnicodeNormalizer.For(form).Append(text, output);
        }
    }
}
