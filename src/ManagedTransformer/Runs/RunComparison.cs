namespace ManagedTransformer.Runs;

/// <summary>Runs side by side.</summary>
public sealed record RunComparison
{
    private RunComparison(IReadOnlyList<RunRecord> runs)
    {
        Runs = runs;
        Settings = [.. Keys(runs).Select(key => Setting(key, runs))];
    }

    /// <summary>The runs, in the order in which they were named.</summary>
    public IReadOnlyList<RunRecord> Runs { get; }

    /// <summary>All keys of their configurations.</summary>
    public IReadOnlyList<RunSetting> Settings { get; }

    /// <summary>The keys in which they differ.</summary>
    public IEnumerable<RunSetting> Differences => Settings.Where(setting => setting.Differs);

    /// <summary>Sets runs side by side.</summary>
    /// <param name="runs">At least one.</param>
    public static RunComparison Of(IReadOnlyList<RunRecord> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count, nameof(runs));
        return new RunComparison(runs);
    }

    // In the order of the first run; a key that it lacks stands behind the one that it follows in a later run.
    private static List<string> Keys(IReadOnlyList<RunRecord> runs)
    {
        List<string> keys = [];
        HashSet<string> known = [];
        foreach (RunRecord run in runs)
        {
            int place = 0;
            foreach ((string key, _) in run.Configuration)
            {
                if (known.Add(key))
                {
                    keys.Insert(place++, key);
                }
                else
                {
                    place = keys.IndexOf(key) + 1;
                }
            }
        }

        return keys;
    }

    private static RunSetting Setting(string key, IReadOnlyList<RunRecord> runs)
    {
        string?[] values = [.. runs.Select(run => run[key])];

        // A run that did not write its recipe does not know; its seed is that of its last checkpoint.
        string?[] known = [.. values.Where((value, i) => value is not null || (runs[i].HasRecipe && key != "seed"))];
        return new RunSetting(key, values, known.Distinct().Count() > 1);
    }
}
