using System.CommandLine;
using ManagedTransformer.Generation;

namespace ManagedTransformer.Cli.Options;

/// <summary>The option that says what happens to sentences that are too long.</summary>
internal static class TooLongOption
{
    private static readonly string[] _names = ["error", "skip", "empty"];

    /// <summary><c>--too-long</c></summary>
    /// <param name="description">What it does in the command, and what happens without it.</param>
    public static Option<string?> Create(string description)
    {
        Option<string?> option = new("--too-long") { Description = description, HelpName = string.Join('|', _names) };
        CommonOptions.AcceptOnly(option, _names);
        return option;
    }

    /// <summary>The rule with a name of the option.</summary>
    public static TooLongSentences? Parse(string? name) => name is null ? null : (TooLongSentences)Array.IndexOf(_names, name);
}
