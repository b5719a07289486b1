using System.Globalization;

namespace ManagedTransformer.Soak;

/// <summary>What the command line asks for.</summary>
/// <param name="Folder">Where everything is written.</param>
internal sealed record SoakOptions(string Folder)
{
    /// <summary>How it is called.</summary>
    public const string Usage = "mt-soak FOLDER [--minutes N | --events N] [--seed N] [--only FAULT,FAULT,...]";

    /// <summary>How long faults go on.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many faults; null for as many as fit into <see cref="Duration"/>.</summary>
    public int? Events { get; init; }

    /// <summary>Decides order and times of the faults.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Names of faults; none for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Reads the command line.</summary>
    /// <param name="arguments">As the shell gives them.</param>
    /// <returns>The options; null where they make no sense.</returns>
    public static SoakOptions? Read(string[] arguments)
    {
        if (arguments is not [{ Length: > 0 } folder, .. var more] || folder.StartsWith('-') || more.Length % 2 != 0)
        {
            return null;
        }

        SoakOptions? options = new(Path.GetFullPath(folder));
        foreach (string[] pair in more.Chunk(2))
        {
            options = (pair[0], Number(pair[1])) switch
            {
                (_, _) when options is null => null,
                ("--minutes", { } minutes and > 0) => options with { Duration = TimeSpan.FromMinutes(minutes) },
                ("--events", { } events and >= 1) => options with { Events = (int)events, Duration = TimeSpan.MaxValue },
                ("--seed", { } seed) => options with { Seed = (int)seed },
                ("--only", _) => options with { Only = pair[1].Split(',') },
                _ => null,
            };
        }

        return options;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}
