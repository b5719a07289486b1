using System.CommandLine;

namespace ManagedTransformer.Cli.Options;

/// <summary>The argument that names a model.</summary>
internal static class ModelArgument
{
    private const string Run = "the output folder of a training run (its best checkpoint is taken)";
    private const string Folder = "a folder of a GPT-2, Llama, Mistral or Qwen of Hugging Face's format, or an adapter";

    /// <summary><c>MODEL_DIR</c> of a model of any kind.</summary>
    public static Argument<string> Create() => Create($"A model: {Run}, one checkpoint, {Folder}.");

    /// <summary><c>MODEL_DIR</c> of a language model.</summary>
    public static Argument<string> CreateLanguage() => Create($"A language model: {Run}, one checkpoint, {Folder}.");

    /// <summary><c>MODEL_DIR</c> of a model that translates.</summary>
    /// <param name="kind">Of which kind.</param>
    public static Argument<string> CreateTranslation(string kind = "A translation model") =>
        Create($"{kind}: {Run}, one checkpoint, or an adapter.");

    private static Argument<string> Create(string description) => new("MODEL_DIR") { Description = description };
}
