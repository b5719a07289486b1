using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace ManagedTransformer.Files;

/// <summary>
/// Text as this library reads it, wherever it comes from: UTF-8, whatever the machine's code page. A byte-order mark at its start is
/// dropped, a line ends with LF or with CR and LF, and what is UTF-16 or no UTF-8 at all is refused, never replaced.
/// </summary>
public static class Utf8Text
{
    private const int BufferSize = 1 << 16;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The whole text of a stream, its lines ended with LF alone.</summary>
    /// <param name="stream">The text in UTF-8.</param>
    /// <param name="name">What messages call it, for instance <c>standard input</c>.</param>
    /// <exception cref="InputException">It is not UTF-8; the message names the line.</exception>
    public static string Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        ReadOnlySpan<byte> text = Clean(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), name).Span;
        RequireValid(text, name);
        return _strict.GetString(text);
    }

    /// <summary>A text that is already decoded, without its byte-order mark and its lines ended with LF alone.</summary>
    /// <param name="text">For instance an argument of the command line.</param>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return (text.StartsWith('\uFEFF') ? text[1..] : text).Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>
    /// The lines of a stream, each as soon as it is there. Characters other than LF that Unicode calls line ends belong to the
    /// text.
    /// </summary>
    /// <param name="stream">The text in UTF-8.</param>
    /// <param name="name">What messages call it, for instance <c>standard input</c>.</param>
    /// <exception cref="InputException">While reading: a line is not UTF-8; the message names it.</exception>
    public static IEnumerable<string> ReadLines(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return ReadLinesOf(stream, name);
    }

    /// <summary>A text without its byte-order mark and without the CR before every LF.</summary>
    /// <param name="text">The text in UTF-8; it is changed in place.</param>
    /// <param name="name">What messages call it.</param>
    /// <returns>A part of the same memory.</returns>
    /// <exception cref="InputException">It is UTF-16 or UTF-32.</exception>
    internal static Memory<byte> Clean(Memory<byte> text, string name)
    {
        Utf16Detection.Refuse(text.Span, 0, name);
        text = text[MarkLength(text.Span)..];
        Span<byte> bytes = text.Span;
        int kept = bytes.IndexOf("\r\n"u8);
        if (kept < 0)
        {
            return text;
        }

        for (int i = kept; i < bytes.Length; i++)
        {
            if (bytes[i] != '\r' || i + 1 == bytes.Length || bytes[i + 1] != '\n')
            {
                bytes[kept++] = bytes[i];
            }
        }

        return text[..kept];
    }

    /// <summary>Lines of a file's content.</summary>
    /// <param name="text">All bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InputException">A line is not UTF-8.</exception>
    internal static List<string> Lines(ReadOnlySpan<byte> text, string name)
    {
        Utf16Detection.Refuse(text, 0, name);
        text = text[MarkLength(text)..];
        List<string> lines = [];
        while (text.Length > 0)
        {
            int end = text.IndexOf((byte)'\n');
            lines.Add(Decode(end < 0 ? text : text[..end], lines.Count + 1, name));
            text = end < 0 ? [] : text[(end + 1)..];
        }

        return lines;
    }

    /// <summary>Refuses bytes that are not UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What the message calls it.</param>
    /// <exception cref="InputException">It is not UTF-8; the message names the line.</exception>
    internal static void RequireValid(ReadOnlySpan<byte> text, string name)
    {
        if (Utf8.IsValid(text))
        {
            return;
        }

        int valid = 0;
        while (Rune.DecodeFromUtf8(text[valid..], out _, out int length) == OperationStatus.Done)
        {
            valid += length;
        }

        throw Invalid(text[..valid].Count((byte)'\n') + 1, name);
    }

    /// <summary>Refuses a text with half of a character, which UTF-8 has no bytes for.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What the message calls it, at the beginning of a sentence.</param>
    /// <exception cref="InputException">It has a surrogate without the other one.</exception>
    internal static void RequireWhole(string text, string name)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                throw new InputException($"{name} has half of a character (a surrogate without the other one).");
            }
        }
    }

    private static IEnumerable<string> ReadLinesOf(Stream stream, string name)
    {
        byte[] buffer = new byte[BufferSize];
        int start = 0, end = 0;
        long number = 0, offset = 0;
        while (true)
        {
            int length = stream.Read(buffer, end, buffer.Length - end);
            int searched = end;
            end += length;
            for (int newline; (newline = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n')) >= 0;)
            {
                int stop = searched + newline;
                yield return Next(stop);
                offset += stop + 1 - start;
                searched = start = stop + 1;
            }

            if (length == 0)
            {
                break;
            }

            if (start > 0)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
            }

            if (end == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }
        }

        if (end > start)
        {
            yield return Next(end);
        }

        string Next(int stop)
        {
            ReadOnlySpan<byte> line = buffer.AsSpan(start, stop - start);
            Utf16Detection.Refuse(line, offset, name);
            return Decode(offset == 0 ? line[MarkLength(line)..] : line, ++number, name);
        }
    }

    private static string Decode(ReadOnlySpan<byte> line, long number, string name)
    {
        try
        {
            return _strict.GetString(line is [.. ReadOnlySpan<byte> content, (byte)'\r'] ? content : line);
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException(Invalid(number, name).Message, e);
        }
    }

    private static int MarkLength(ReadOnlySpan<byte> text) => text.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;

    private static InputException Invalid(long line, string name) => new($"Line {line} of {name} is not UTF-8.");
}
