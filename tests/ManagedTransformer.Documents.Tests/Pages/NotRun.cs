namespace ManagedTransformer.Documents.Tests.Pages;

/// <summary>Commands and programs of pages that are parsed or compiled and not run.</summary>
internal static class NotRun
{
    private const string Gpu = "needs a GPU";

    /// <summary>A page (or <c>*</c>, any), the beginning of a command line or a line of a program, and why it is not run.</summary>
    public static IReadOnlyList<(string Page, string Begins, string Why)> All { get; } =
    [
        ("docs/reference/commands.md", "", "the commands' own examples; pages of jobs run their like"),
        ("docs/jobs/gpu.md", "", Gpu),
        ("docs/jobs/workers.md", "", "needs MPI; tests of the tool start such processes"),
        ("docs/concepts/devices.md", "mt doctor", "tests every kernel, as other tests do"),
        ("docs/jobs/train.md", "mt train mine.json", "the recipe of two minutes that the line before it wrote"),
        ("docs/jobs/train.md", "mt train stories --steps 3000 --resume", "thousands of updates"),
        ("*", "mt serve ", "serves until it is stopped; tests of its own do so"),
        ("*", "dotnet run -c Release --project src/ManagedTransformer.Server", "serves until it is stopped"),
        ("*", "mt linearize ", "measures texts of 65,536 tokens; docs/jobs/linearize.md runs the same in C#"),
        ("*", "mt generate out/stories-rnn ", "the model of a command that is not run"),
        ("docs/jobs/linearize.md", "mt generate stories260k --tokens 512", "2,600 stories"),
        ("docs/jobs/translate.md", "mt tune-exits ", "of a model that has learnt next to nothing no exit is worth its loss"),
    ];

    /// <summary>Why something is not run; null where it is.</summary>
    /// <param name="page">Its page.</param>
    /// <param name="text">A command line, or a program.</param>
    public static string? Reason(string page, string text) =>
        All.FirstOrDefault(entry => Matches(entry, page, text)).Why;

    /// <summary>True where an entry is about a command line or program.</summary>
    /// <param name="entry">One of <see cref="All"/>.</param>
    /// <param name="page">Its page.</param>
    /// <param name="text">A command line, or a program.</param>
    public static bool Matches((string Page, string Begins, string Why) entry, string page, string text) =>
        (entry.Page == "*" || entry.Page == page)
        && text.Split('\n').Any(line => line.TrimStart().StartsWith(entry.Begins, StringComparison.Ordinal));
}
