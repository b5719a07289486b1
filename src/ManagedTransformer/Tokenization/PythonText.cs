namespace ManagedTransformer.Tokenization;

/// <summary>Text as Python splits it, for vocabularies that Python programs have made.</summary>
internal static class PythonText
{
    /// <summary>Whether Python counts a character as white space: as .NET does, and the four separators of ASCII.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    /// <summary>The words of a line.</summary>
    public static IEnumerable<string> Split(string line)
    {
        for (int i = 0; i < line.Length;)
        {
            while (i < line.Length && IsSpace(line[i]))
            {
                i++;
            }

            int start = i;
            while (i < line.Length && !IsSpace(line[i]))
            {
                i++;
            }

            if (i > start)
            {
                yield return line[start..i];
            }
        }
    }

    /// <summary>The lines of a text, which end with a newline, a carriage return, or both; what follows the last is a line too.</summary>
    public static IEnumerable<string> Lines(string text)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\n' or '\r'))
            {
                continue;
            }

            yield return text[start..i];
            i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
            start = i + 1;
        }

        if (start < text.Length)
        {
            yield return text[start..];
        }
    }
}
