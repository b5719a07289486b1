using ManagedTransformer.Json;

namespace ManagedTransformer.Sweeps;

/// <summary>All combinations of values of a recipe's keys; the last key changes fastest.</summary>
internal sealed class SweepGrid
{
    private const int MostRuns = 10_000, LongestName = 100;

    private SweepGrid(IReadOnlyList<SweepAxis> axes, IReadOnlyList<SweepPoint> points) => (Axes, Points) = (axes, points);

    /// <summary>The keys.</summary>
    public IReadOnlyList<SweepAxis> Axes { get; }

    /// <summary>The runs.</summary>
    public IReadOnlyList<SweepPoint> Points { get; }

    /// <summary>The grid of axes that are written as <c>KEY=VALUE,VALUE,...</c> each.</summary>
    /// <param name="axes">The axes.</param>
    /// <param name="option">Named in errors.</param>
    /// <exception cref="InputException">There is none, or one has another form, or they name a key twice or too many runs.</exception>
    public static SweepGrid Parse(IReadOnlyList<string> axes, string option)
    {
        SweepAxis[] parsed = [.. axes.Select(text => SweepAxis.Parse(text, option))];
        string[] paths = [.. parsed.Select(axis => string.Join('.', JsonKeys.Split(axis.Key)))];
        if (parsed.Length == 0)
        {
            throw new InputException($"{option} is missing: a sweep needs at least one KEY=VALUE,VALUE,...") { Option = option };
        }

        if (paths.FirstOrDefault(path => paths.Count(other => other == path) > 1) is { } twice)
        {
            throw new InputException($"{option} names '{twice}' more than once; its values stand behind one another, with commas.")
            {
                Option = option,
            };
        }

        if (parsed.Aggregate(1.0, (runs, axis) => runs * axis.Values.Count) is > MostRuns and var most)
        {
            throw new InputException($"{option} names {most:N0} combinations; a sweep has at most {MostRuns:N0} runs.") { Option = option };
        }

        return new SweepGrid(parsed, Name(parsed, paths, Combine(parsed)));
    }

    private static IEnumerable<string[]> Combine(IReadOnlyList<SweepAxis> axes) =>
        axes.Aggregate((IEnumerable<string[]>)[[]], (rows, axis) => rows.SelectMany(row => axis.Values.Select(
            value => (string[])[.. row, value])));

    // Keys that all runs share tell nothing; of the others the last part, unless two have the same.
    private static SweepPoint[] Name(SweepAxis[] axes, string[] paths, IEnumerable<string[]> rows)
    {
        bool isSingle = axes.All(axis => axis.Values.Count == 1);
        string[] lasts = [.. paths.Select(path => path[(path.LastIndexOf('.') + 1)..])];
        string[] keys = [.. paths.Select((path, i) => lasts.Count(last => last == lasts[i]) == 1 && JsonKeys.Index(lasts[i]) is null
            ? lasts[i] : path)];
        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. rows.Select(row => new SweepPoint(
                Free(string.Join(',', keys.Zip(row).Where((_, i) => isSingle || axes[i].Values.Count > 1)
                    .Select(pair => $"{pair.First}={pair.Second}"))),
                [.. row.Select((value, i) => $"{axes[i].Key}={value}")])),
        ];

        // Values may be long, or differ in what no name of a folder can have.
        string Free(string name)
        {
            string start = new([.. name.Take(LongestName).Select(c => char.IsAsciiLetterOrDigit(c) || "=,.-+_".Contains(c) ? c : '_')]);
            string free = start;
            for (int i = 2; !taken.Add(free); i++)
            {
                free = $"{start}~{i}";
            }

            return free;
        }
    }
}
