using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>Puts a space before and behind each Chinese character.</summary>
internal sealed class ChineseNormalizer : Normalizer
{
    // The gap in front of U+2B920 is in BERT's own list.
    private static readonly CodePointSet _chinese =
        CodePointSet.Parse("4e00-9fff 3400-4dbf 20000-2a6df 2a700-2b73f 2b740-2b81f 2b920-2ceaf f900-faff 2f800-2fa1f");

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        for (int i = 0; i < text.Length;)
        {
            bool isChinese = _chinese.Contains(Utf8.Read(text, i, out int length));
            if (isChinese)
            {
                output.Add((byte)' ');
            }

            output.Add(text.Slice(i, length));
            if (isChinese)
            {
                output.Add((byte)' ');
            }

            i += length;
        }
    }
}
