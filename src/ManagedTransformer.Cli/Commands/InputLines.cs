using System.Text;

namespace ManagedTransformer.Cli.Commands;

/// <summary>Reads lines as they come. Only a line feed ends one, since texts may hold any other character.</summary>
internal static class InputLines
{
    /// <summary>The longest line, in bytes.</summary>
    public const int Longest = 16 << 20;

    /// <summary>
    /// The lines of a stream in UTF-8; a carriage return before the line feed goes too. A line that is too long is null.
    /// </summary>
    public static IEnumerable<string?> Read(Stream input)
    {
        List<byte> line = [];
        byte[] buffer = new byte[1 << 16];
        bool isFirst = true;
        for (int read = input.Read(buffer); read > 0; read = input.Read(buffer))
        {
            int start = 0;
            for (int length = buffer.AsSpan(0, read).IndexOf((byte)'\n'); length >= 0;
                length = buffer.AsSpan(start, read - start).IndexOf((byte)'\n'))
            {
                Add(buffer.AsSpan(start, length));
                start += length + 1;
                yield return Text(line, ref isFirst);
                line.Clear();
            }

            Add(buffer.AsSpan(start, read - start));
        }

        if (line.Count > 0)
        {
            yield return Text(line, ref isFirst);
        }

        // What is too long is read to its end and not kept.
        void Add(ReadOnlySpan<byte> part) => line.AddRange(part[..Math.Min(part.Length, Longest + 1 - line.Count)]);
    }

    private static string? Text(List<byte> line, ref bool isFirst)
    {
        if (line.Count > Longest)
        {
            isFirst = false;
            return null;
        }

        string text = Encoding.UTF8.GetString([.. line]);
        text = isFirst && text.StartsWith('\uFEFF') ? text[1..] : text;
        isFirst = false;
        return text.EndsWith('\r') ? text[..^1] : text;
    }
}
