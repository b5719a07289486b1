using System.Text.RegularExpressions;

namespace ManagedTransformer.Cli.Options;

/// <summary>
/// Library messages name properties of options (<c>TrainingOptions.Data</c>), which is what a program sets; who types a command sees the
/// option instead (<c>--data</c>).
/// </summary>
internal static partial class OptionNames
{
    private static readonly Dictionary<string, string> _irregular = new(StringComparer.Ordinal)
    {
        ["Output"] = "--out",
        ["Validation"] = "--valid",
        ["MaxTokens"] = "--tokens",
        ["StopStrings"] = "--stop-string",
        ["StopTokens"] = "--stop-token",
        ["LogProbabilities"] = "--logprobs",
        ["IgnoreEndOfText"] = "--ignore-eos",
        ["MaxLengthFactor"] = "--max-len-a",
        ["MaxLengthConstant"] = "--max-len-b",
    };

    // Where a command calls a property something else than the others.
    private static readonly Dictionary<string, string> _other = new(StringComparer.Ordinal)
    {
        ["Beam"] = "--beams",
    };

    /// <summary>A message with the names of options in place of those of properties.</summary>
    /// <param name="message">As the library wrote it.</param>
    /// <param name="options">The options of the command; a property without one stays as it is.</param>
    public static string Translate(string message, IReadOnlyCollection<string> options) =>
        PropertyName().Replace(message,
            match => Find(match.Groups[1].Value, options) ?? match.Value);

    /// <summary>Whether a failure is that an option of the command has a value out of its range.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="options">The options of the command.</param>
    public static bool IsAtFault(InputException e, IReadOnlyCollection<string> options) =>
        e.Option is { } option && Find(option[(option.IndexOf('.', StringComparison.Ordinal) + 1)..], options) is not null;

    private static string? Find(string property, IReadOnlyCollection<string> options) =>
        OptionOf(property) is var option && options.Contains(option) ? option
        : _other.TryGetValue(property, out string? other) && options.Contains(other) ? other
        : null;

    private static string OptionOf(string property) =>
        _irregular.TryGetValue(property, out string? option) ? option : "--" + WordStart().Replace(property, "-$0").ToLowerInvariant();

    [GeneratedRegex(@"\b[A-Z]\w*Options\.([A-Z]\w*)")]
    private static partial Regex PropertyName();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();
}
