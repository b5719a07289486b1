using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;

namespace ManagedTransformer.Recipes;

/// <summary>The recipe of a language model.</summary>
public sealed record LanguageModelRecipe : Recipe
{
    /// <summary>The model.</summary>
    public required LanguageModelConfig Model { get; init; }

    /// <summary>How text becomes tokens.</summary>
    public TokenizerRecipe Tokenizer { get; set; } = new();

    /// <summary>What to train on.</summary>
    public DataRecipe Data { get; set; } = new();

    /// <summary>How to train.</summary>
    public TrainingRecipe Training { get; set; } = new();

    /// <summary>The model; where the tokenizer decides the vocabulary, with the smallest one that everything fits into.</summary>
    internal LanguageModelConfig SmallestModel()
    {
        long least = Math.Max(Model.PaddingIdx ?? 0, Model.Adaptive is { Cutoffs: [.., var last] } ? last : 0) + 1L;
        return Model.Vocab == 0 ? Model with { Vocab = (int)Math.Min(least, ModelSizes.MostVocabulary) } : Model;
    }

    /// <inheritdoc/>
    public override void Validate(string where)
    {
        RequireArchitecture(TransformerLanguageModel, where);
        if (Model.Vocab < 0)
        {
            throw new InputException(
                $"{where}: model.vocab is {Model.Vocab}, it must be positive (or left out, for the tokenizer to decide).");
        }

        SmallestModel().Validate(where);
        if (Data.Source is "")
        {
            throw new InputException($"{where}: data.source is empty; it must name a text, or be left out.");
        }

        Tokenizer.Validate(where);
        Training.Validate(where);
        Training.RequireFit(Model.Lora, where);
        if (Training.Context > Model.PositionLimit)
        {
            throw new InputException(
                $"{where}: training.context ({Training.Context}) is longer than model.max_positions ({Model.MaxPositions}).");
        }

        if (Training.Stage == TrainingStage.Lora && Model.Lora is null)
        {
            throw new InputException($"{where}: training.stage 'lora' needs model.lora, the adapters that it trains.");
        }

        if (Training.Stage == TrainingStage.Transfer && Model.Lora is not null)
        {
            throw new InputException(
                $"{where}: training.stage 'transfer' trains feature maps and windows alone; model.lora belongs to the stage behind it.");
        }

        if (Training.Stage == TrainingStage.Transfer && Model.Lolcats is null)
        {
            throw new InputException(
                $"{where}: training.stage 'transfer' needs model.attention 'lolcats', whose layers have a softmax to copy; mt convert --to "
                + "lolcats makes such a model.");
        }

        if (Model.Span is not null && Training.Sampling != Sampling.Stream)
        {
            throw new InputException(
                $"{where}: span attention needs training.sampling to be stream, since it looks back at the blocks before.");
        }

        if (Model.MemoryPositions is { Count: > 0 } && Model.Memory is { BatchNorm: true } && Training.Batch * Training.Context < 2)
        {
            throw new InputException(
                $"{where}: model.memory.batch_norm needs at least two tokens in a batch, and training.batch and training.context make one.");
        }
    }
}
