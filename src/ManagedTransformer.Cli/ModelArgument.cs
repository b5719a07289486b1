using System.CommandLine;

namespace ManagedTransformer.Cli;

/// <summary>The argument that names a model.</summary>
internal static class ModelArgument
{
    /// <summary><c>MODEL_DIR</c> of a model that translates.</summary>
    public static Argument<string> CreateTranslation() => new("MODEL_DIR")
    {
        Description = "A translation model: the output folder of a training run (its best checkpoint is taken), or one checkpoint.",
    };

    /// <summary><c>MODEL_DIR</c></summary>
    public static Argument<string> Create() => new("MODEL_DIR")
    {
        Description = "A model: the output folder of a training run (its best checkpoint is taken), one checkpoint, or a GPT-2 folder of Hugging Face's format.",
    };
}
