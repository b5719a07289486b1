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

    /// <summary>A message with the names of options in place of those of properties.</summary>
    /// <param name="message">As the library wrote it.</param>
    /// <param name="options">The options of the command; a property without one stays as it is.</param>
    public static string Translate(string message, IReadOnlyCollection<string> options) =>
        PropertyName().Replace(message,
            match => OptionOf(match.Groups[1].Value) is var option && options.Contains(option) ? option : match.Value);

    private static string OptionOf(string property) =>
        _irregular.TryGetValue(property, out string? option) ? option : "--" + WordStart().Replace(property, "-$0").ToLowerInvariant();

    [GeneratedRegex(@"\b[A-Z]\w*Options\.([A-Z]\w*)")]
    private static partial Regex PropertyName();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();
}
