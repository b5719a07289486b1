using System.CommandLine;
using ManagedTransformer.Cli.Exits;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Cli.Options;

/// <summary>The argument and options of <c>mt eval</c> that families of models read.</summary>
internal sealed class EvalOptions
{
    /// <summary><c>MODEL_DIR</c></summary>
    public Argument<string> Model { get; } = ModelArgument.Create();

    /// <summary><c>--data</c></summary>
    public Option<string?> Data { get; } = CommonOptions.Data(
        "What to score (default: the validation part of what the model was trained on); for translation SOURCE_FILE,TARGET_FILE, a "
        + "TSV or builtin:translation.");

    /// <summary><c>--split</c></summary>
    public Option<string> Split { get; } = SplitOption.Create();

    /// <summary><c>--context-window</c></summary>
    public Option<int?> ContextWindow { get; } = CommonOptions.Number(
        "--context-window",
        "Tokens of a text that a language model sees before each scored block (default: as in training).",
        0,
        int.MaxValue);

    /// <summary><c>--exits</c></summary>
    public Option<string[]?> Exits { get; } = ExitsOption.Several();

    /// <summary><c>--weights</c></summary>
    public Option<DType?> Weights { get; } = CommonOptions.Weights();

    /// <summary>How translations are searched.</summary>
    public SearchOptions Search { get; } = new($"{SearchOptions.DefaultBatch}");

    /// <summary><c>--json</c></summary>
    public Option<bool> Json { get; } = CommonOptions.Json();
}
