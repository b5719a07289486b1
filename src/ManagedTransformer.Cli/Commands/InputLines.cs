using System.Text;

namespace ManagedTransformer.Cli.Commands;

/// <summary>Reads lines as they come. Only a line feed ends one, since texts may hold any other character.</summary>
internal static class InputLines
{
    /// <summary>The longest line, in bytes.</summary>
    public const int Longest = 16 << 20;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The lines of a stream in UTF-8; a carriage return before the line feed goes too. A line that is too
    /// long, or no UTF-8, has an error.
    /// </summary>
    /// <param name="input">The stream.</param>
    public static IEnumerable<InputLine> Read(Stream input)
    {
        long number = 0;
        List<byte> line = [];
        byte[] buffer = new byte[1 << 16];
        for (int read = input.Read(buffer); read > 0; read = input.Read(buffer))
        {
            int start = 0;
            for (int length = buffer.AsSpan(0, read).IndexOf((byte)'\n'); length >= 0;
                length = buffer.AsSpan(start, read - start).IndexOf((byte)'\n'))
            {
                Add(buffer.AsSpan(start, length));
                start += length + 1;
                yield return Line(++number, line);
                line.Clear();
            }

            Add(buffer.AsSpan(start, read - start));
        }

        if (line.Count > 0)
        {
            yield return Line(++number, line);
        }

        // What is too long is read to its end and not kept.
        void Add(ReadOnlySpan<byte> part) => line.AddRange(part[..Math.Min(part.Length, Longest + 1 - line.Count)]);
    }

    private static InputLine Line(long number, List<byte> line)
    {
        if (line.Count > Longest)
        {
            return new InputLine(number, null, $"The line is longer than {Longest >> 20} MiB.");
        }

        try
        {
            string text = _strict.GetString([.. line]);
            text = number == 1 && text.StartsWith('\uFEFF') ? text[1..] : text;
            return new InputLine(number, text.EndsWith('\r') ? text[..^1] : text, null);
        }
        catch (DecoderFallbackException)
        {
            return new InputLine(number, null, "The line is not valid UTF-8.");
        }
    }
}
