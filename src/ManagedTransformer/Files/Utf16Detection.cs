namespace ManagedTransformer.Files;

/// <summary>Recognises text in UTF-16 or UTF-32, which most of it a tokenizer of bytes or words would take for text in UTF-8.</summary>
internal static class Utf16Detection
{
    private const int Sample = 4096, FewestZeros = 2, PairsPerZero = 16;

    /// <summary>Refuses text that is not UTF-8 but UTF-16 or UTF-32, by a byte-order mark or by zero bytes at every other place.</summary>
    /// <param name="text">The text or a part of it, of which the beginning is looked at.</param>
    /// <param name="offset">How many bytes of the whole text come before.</param>
    /// <param name="name">What the text is called in the message.</param>
    /// <exception cref="InputException">The text is UTF-16 or UTF-32.</exception>
    public static void Refuse(ReadOnlySpan<byte> text, long offset, string name)
    {
        string? encoding = offset == 0 ? FromMark(text) : null;
        encoding ??= FromZeros(text[..Math.Min(text.Length, Sample)], (int)(offset & 1));
        if (encoding is not null)
        {
            throw new InputException(
                $"{name} is {encoding} text, not UTF-8: save it as UTF-8, or convert it, for instance with "
                + $"'iconv -f {encoding} -t UTF-8'.");
        }
    }

    private static string? FromMark(ReadOnlySpan<byte> text) => text switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => "UTF-32",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "UTF-16",
        _ => null,
    };

    // A character below U+0100 has one zero byte; text in UTF-8 has none unless it is no text.
    private static string? FromZeros(ReadOnlySpan<byte> sample, int parity)
    {
        Span<int> zeros = stackalloc int[2];
        for (int i = sample.IndexOf((byte)0); i >= 0 && i < sample.Length; i++)
        {
            zeros[(i + parity) & 1] += sample[i] == 0 ? 1 : 0;
        }

        int more = zeros[1] >= zeros[0] ? 1 : 0;
        bool isUtf16 = zeros[1 - more] == 0 && zeros[more] >= Math.Max(FewestZeros, sample.Length / 2 / PairsPerZero);
        return !isUtf16 ? null : more == 1 ? "UTF-16LE" : "UTF-16BE";
    }
}
