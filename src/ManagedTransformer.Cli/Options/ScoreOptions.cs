using System.CommandLine;
using System.Globalization;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Cli.Options;

/// <summary>The argument and options of <c>mt score</c> that families of models read.</summary>
internal sealed class ScoreOptions
{
    /// <summary><c>MODEL_DIR</c></summary>
    public Argument<string> Model { get; } = ModelArgument.Create();

    /// <summary><c>--text</c></summary>
    public Option<string?> Text { get; } = new("--text")
    {
        Description = "The text, or the translation, to which the tokenizer adds what begins and ends one; - reads it, as UTF-8, from "
            + "standard input.",
        HelpName = "TEXT",
    };

    /// <summary><c>--data</c></summary>
    public Option<string?> Data { get; } = CommonOptions.Data(
        "A file with one text a line; for translation SOURCE_FILE,TARGET_FILE, a TSV or builtin:translation.");

    /// <summary><c>--ids</c></summary>
    public Option<int[]?> Ids { get; } = Numbers("--ids", "Tokens, taken as they are; for translation the decoder's, its start included.");

    /// <summary><c>--source</c></summary>
    public Option<string?> Source { get; } = new("--source")
    {
        Description = "The sentence that is translated (translation models).",
        HelpName = "TEXT",
    };

    /// <summary><c>--source-ids</c></summary>
    public Option<int[]?> SourceIds { get; } = Numbers(
        "--source-ids", "Its tokens, taken as they are, its end included (translation models).");

    /// <summary><c>--logits</c></summary>
    public Option<bool> Logits { get; } = new("--logits")
    {
        Description = "Print the scores of all tokens of the vocabulary after every token, too (with --json).",
    };

    /// <summary><c>--weights</c></summary>
    public Option<DType?> Weights { get; } = CommonOptions.Weights();

    /// <summary><c>--json</c></summary>
    public Option<bool> Json { get; } = CommonOptions.Json(isLines: true);

    /// <summary>The options that say what is translated.</summary>
    public IEnumerable<Option> Sources => [Source, SourceIds];

    private static Option<int[]?> Numbers(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "ID,ID,...",
        CustomParser = result =>
        {
            string[] parts = result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
            int[] ids = new int[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out ids[i]))
                {
                    result.AddError($"{name} needs whole numbers from 0 between commas, not '{parts[i]}'");
                    return null;
                }
            }

            return ids;
        },
    };
}
