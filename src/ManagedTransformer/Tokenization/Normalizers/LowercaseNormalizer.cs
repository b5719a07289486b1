using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>Full lower case without context: Σ is always σ, İ becomes i with a dot above.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    private readonly Dictionary<int, int[]> _table = UnicodeTables.Instance.Lowercase;

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        for (int i = 0; i < text.Length;)
        {
            int codePoint = Utf8.Read(text, i, out int length);
            if (codePoint < 0x80)
            {
                output.Add(codePoint is >= 'A' and <= 'Z' ? (byte)(codePoint | 0x20) : (byte)codePoint);
            }
            else if (_table.TryGetValue(codePoint, out int[]? lower))
            {
                foreach (int part in lower)
                {
                    output.AddCodePoint(part);
                }
            }
            else
            {
                output.Add(text.Slice(i, length));
            }

            i += length;
        }
    }
}
