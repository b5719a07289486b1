using System.Text;

namespace ManagedTransformer.Cli;

/// <summary>Reads lines that end with LF, or CR and LF, and with nothing else: other characters that could pass for a line's end belong to the text.</summary>
internal static class LineReader
{
    /// <summary>The lines of a text as they come.</summary>
    public static IEnumerable<string> Read(TextReader text)
    {
        StringBuilder line = new();
        for (int next = text.Read(); next >= 0; next = text.Read())
        {
            if (next != '\n')
            {
                line.Append((char)next);
                continue;
            }

            yield return End(line);
        }

        if (line.Length > 0)
        {
            yield return End(line);
        }
    }

    private static string End(StringBuilder line)
    {
        if (line.Length > 0 && line[^1] == '\r')
        {
            line.Length--;
        }

        string text = line.ToString();
        line.Clear();
        return text;
    }
}
