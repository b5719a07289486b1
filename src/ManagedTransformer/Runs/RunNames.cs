namespace ManagedTransformer.Runs;

/// <summary>Short names of runs, by which tables and curves call them.</summary>
internal static class RunNames
{
    /// <summary>The last part of a path.</summary>
    public static string Last(string folder) => Tail(Segments(folder), 1);

    /// <summary>The ends of paths, as short as they may be to be different.</summary>
    /// <param name="folders">The folders of runs.</param>
    /// <exception cref="InputException">A folder is named twice.</exception>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> folders)
    {
        string[][] paths = [.. folders.Select(Segments)];
        int[] lengths = new int[paths.Length];
        Array.Fill(lengths, 1);
        for (int i = 0; i < paths.Length; i++)
        {
            for (int other = 0; other < i; other++)
            {
                if (paths[i].SequenceEqual(paths[other], StringComparer.Ordinal))
                {
                    throw new InputException($"The run '{folders[i]}' is named twice.");
                }

                int common = 0;
                while (common < Math.Min(paths[i].Length, paths[other].Length) && paths[i][^(common + 1)] == paths[other][^(common + 1)])
                {
                    common++;
                }

                lengths[i] = Math.Max(lengths[i], common + 1);
                lengths[other] = Math.Max(lengths[other], common + 1);
            }
        }

        return [.. paths.Zip(lengths, Tail)];
    }

    private static string[] Segments(string folder) =>
        Path.GetFullPath(folder).Split(['/', Path.DirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private static string Tail(string[] segments, int length) =>
        segments.Length == 0 ? "/" : VisibleText.Of(string.Join('/', segments[^Math.Min(length, segments.Length)..]));
}
