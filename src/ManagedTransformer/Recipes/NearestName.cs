namespace ManagedTransformer.Recipes;

/// <summary>What somebody probably meant by a name that does not exist.</summary>
public static class NearestName
{
    private const int LettersPerMistake = 3;

    /// <summary>
    /// The name with the fewest letters inserted, left out, replaced or exchanged with their neighbours, case apart, where these are at
    /// most a third of the letters; else the shortest name that contains the given one, if that has a letter or a digit. The first in the
    /// list of equally near ones.
    /// </summary>
    /// <param name="name">What was written.</param>
    /// <param name="known">The names that there are.</param>
    /// <returns>The nearest; null where none is near.</returns>
    public static string? Of(string name, IReadOnlyList<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        string given = name.ToLowerInvariant();
        (string Name, int Mistakes)? best =
            known.Select(candidate => (Name: candidate, Mistakes: Mistakes(given, candidate.ToLowerInvariant())))
                .OrderBy(candidate => candidate.Mistakes).Cast<(string, int)?>().FirstOrDefault();
        return best is { } nearest && nearest.Mistakes <= Math.Max(1, given.Length / LettersPerMistake) ? nearest.Name
            : !given.Any(char.IsLetterOrDigit) ? null
            : known.Where(candidate => candidate.Contains(given, StringComparison.OrdinalIgnoreCase)).OrderBy(candidate => candidate.Length)
                .FirstOrDefault();
    }

    // Optimal string alignment: rows of the table are the letters of one word, columns those of the other.
    private static int Mistakes(string a, string b)
    {
        int[,] table = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                int replaced = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(replaced, 1 + Math.Min(table[i - 1, j], table[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
                }
            }
        }

        return table[a.Length, b.Length];
    }
}
