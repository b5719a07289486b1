using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>Removes white space at the ends.</summary>
/// <param name="left">Whether at the start.</param>
/// <param name="right">Whether at the end.</param>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        int start = 0, end = text.Length;
        while (left && start < end && CharacterSets.WhiteSpace.Contains(Utf8.Read(text, start, out int length)))
        {
            start += length;
        }

        while (right && end > start && Utf8.Before(text, end) is int last
            && CharacterSets.WhiteSpace.Contains(Utf8.Read(text, last, out _)))
        {
            end = last;
        }

        output.Add(text[start..end]);
    }
}
