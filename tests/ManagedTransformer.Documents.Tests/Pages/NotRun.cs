namespace ManagedTransformer.Documents.Tests.Pages;

/// <summary>Commands and programs of pages that are parsed or compiled and not run.</summary>
internal static class NotRun
{
    /// <summary>A page (or <c>*</c>, any), the beginning of a command line or a line of a program, and why it is not run.</summary>
    public static IReadOnlyList<(string Page, string Begins, string Why)> All { get; } =
    [
        ("docs/reference/commands.md", "", "the commands' own examples; pages of jobs run their like"),
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
