namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>
/// White space as the reference implementations of the metrics see it: that of .NET and the four information separators U+001C to U+001F.
/// </summary>
internal static class Whitespace
{
    public static bool Is(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    /// <summary>The maximal runs of other characters.</summary>
    public static List<string> Split(string line)
    {
        List<string> words = [];
        for (int start = 0; start < line.Length;)
        {
            int end = start;
            while (end < line.Length && !Is(line[end]))
            {
                end++;
            }

            if (end > start)
            {
                words.Add(line[start..end]);
            }

            start = end + 1;
        }

        return words;
    }

    public static string TrimEnd(string line)
    {
        int end = line.Length;
        while (end > 0 && Is(line[end - 1]))
        {
            end--;
        }

        return line[..end];
    }
}
