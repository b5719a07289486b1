using System.Globalization;
using System.Text;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>
/// Applies a map to every grapheme cluster (UAX 29): the shortest beginning of a short cluster that the map knows stands for the whole
/// cluster, otherwise each of its characters is looked up alone.
/// </summary>
/// <param name="map">The map.</param>
internal sealed class PrecompiledNormalizer(CharacterMap map) : Normalizer
{
    private const int LongestCluster = 5;

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        ReadOnlySpan<char> rest = Encoding.UTF8.GetString(text);
        Span<byte> cluster = stackalloc byte[LongestCluster];
        while (!rest.IsEmpty)
        {
            int length = StringInfo.GetNextTextElementLength(rest);
            ReadOnlySpan<char> element = rest[..length];
            rest = rest[length..];
            if (Encoding.UTF8.TryGetBytes(element, cluster, out int bytes)
                && map.TryFind(cluster[..bytes], isLongest: false, out _, out ReadOnlySpan<byte> whole))
            {
                output.Add(whole);
                continue;
            }

            foreach (Rune rune in element.EnumerateRunes())
            {
                int size = rune.EncodeToUtf8(cluster);
                output.Add(map.TryFind(cluster[..size], isLongest: false, out _, out ReadOnlySpan<byte> one) ? one : cluster[..size]);
            }
        }
    }
}
