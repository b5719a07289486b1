using ManagedTransformer.Files;

namespace ManagedTransformer.Data.Text;

/// <summary>A text: a file, several behind one another, or a part of them.</summary>
/// <param name="Text">Its bytes.</param>
/// <param name="Segments">Its pieces, where it has records; null for plain text.</param>
internal sealed record TextPart(ReadOnlyMemory<byte> Text, IReadOnlyList<TextSegment>? Segments = null)
{
    /// <summary>No text.</summary>
    public static TextPart Empty { get; } = new(ReadOnlyMemory<byte>.Empty);

    /// <summary>The files that are plain text, with what they hold, to be checked where a tokenizer needs UTF-8.</summary>
    public IReadOnlyList<(string Name, ReadOnlyMemory<byte> Text)> PlainFiles { get; init; } = [];

    /// <summary>Whether losses leave something out.</summary>
    public bool HasPrompts => Segments?.Any(segment => !segment.IsCounted) ?? false;

    /// <summary>The last place up to one at which the text can be cut: in front of a record, or of a character.</summary>
    /// <param name="place">The place that is wanted.</param>
    public int CutBefore(int place)
    {
        if (Segments is not null)
        {
            return Segments.Where(segment => segment.BeginsRecord && segment.Start <= place).Select(segment => segment.Start)
                .LastOrDefault();
        }

        ReadOnlySpan<byte> bytes = Text.Span;
        while (place > 0 && place < bytes.Length && (bytes[place] & 0xC0) == 0x80)
        {
            place--;
        }

        return place;
    }

    /// <summary>A part between two places at which the text can be cut.</summary>
    /// <param name="start">Its first byte.</param>
    /// <param name="end">Behind its last byte.</param>
    public TextPart Between(int start, int end) => new(
        Text[start..end],
        Segments?.Where(segment => segment.Start >= start && segment.Start + segment.Length <= end)
            .Select(segment => segment with { Start = segment.Start - start }).ToArray());

    /// <summary>Texts behind one another.</summary>
    /// <param name="parts">The texts.</param>
    /// <exception cref="InputException">Together they are too long.</exception>
    public static TextPart Join(IReadOnlyList<TextPart> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        long length = parts.Sum(part => (long)part.Text.Length);
        if (length > Array.MaxLength)
        {
            throw new InputException($"The files together have {length:N0} bytes; a text has at most {Array.MaxLength:N0}.");
        }

        byte[] text = new byte[length];
        List<TextSegment> segments = [];
        int place = 0;
        foreach (TextPart part in parts)
        {
            part.Text.CopyTo(text.AsMemory(place));
            int start = place;
            segments.AddRange(part.Segments is null
                ? [new TextSegment(start, part.Text.Length, IsCounted: true, BeginsRecord: true)]
                : part.Segments.Select(segment => segment with { Start = segment.Start + start }));
            place += part.Text.Length;
        }

        return new TextPart(text, parts.Any(part => part.Segments is not null) ? segments : null)
        {
            PlainFiles = [.. parts.SelectMany(part => part.PlainFiles)],
        };
    }

    /// <summary>Refuses plain files that are not UTF-8.</summary>
    /// <exception cref="InputException">A file is not UTF-8; the message names the line.</exception>
    public void RequireUtf8()
    {
        foreach ((string file, ReadOnlyMemory<byte> text) in PlainFiles)
        {
            Utf8Text.RequireValid(text.Span, $"'{file}'");
        }
    }
}
