using System.CommandLine;
using ManagedTransformer.Evaluation;

namespace ManagedTransformer.Cli.Options;

/// <summary>The option that names a part of a text.</summary>
internal static class SplitOption
{
    private static readonly string[] _names = ["auto", "train", "validation", "test", "all"];

    /// <summary><c>--split</c></summary>
    public static Option<string> Create()
    {
        Option<string> option = new("--split")
        {
            Description = "Part of the data to score (auto: the validation part of the training data, other files as a whole; all: of a "
                + "text).",
            HelpName = string.Join('|', _names),
            DefaultValueFactory = _ => _names[0],
        };
        CommonOptions.AcceptOnly(option, _names);
        return option;
    }

    /// <summary>The split with a name of the option.</summary>
    public static EvaluationSplit Parse(string name) => (EvaluationSplit)Array.IndexOf(_names, name);

    /// <summary>The name of a split.</summary>
    public static string Name(EvaluationSplit split) => _names[(int)split];
}
