using ManagedTransformer.Conversion;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Linearizing;

/// <summary>What <see cref="LinearizingRun"/> makes of a model, and how.</summary>
public sealed record LinearizingOptions
{
    /// <summary>The pretrained model: whatever <see cref="LanguageModel.Load"/> reads, with rotary softmax attention.</summary>
    public required string Source { get; init; }

    /// <summary>Training text, as for <see cref="Training.TrainingOptions.Data"/>.</summary>
    public required string Data { get; init; }

    /// <summary>Folder for the result and its stages.</summary>
    public required string Output { get; init; }

    /// <summary>Map, window, layers that keep their softmax.</summary>
    public LinearizationOptions Linearization { get; init; } = new();

    /// <summary>Training of the stage transfer; null: the recipe <c>linearize-transfer</c>. Its model has no effect.</summary>
    public LanguageModelRecipe? Transfer { get; init; }

    /// <summary>Training and adapters of the stage lora; null: the recipe <c>linearize-lora</c>. Of its model <c>lora</c> counts.</summary>
    public LanguageModelRecipe? Lora { get; init; }

    /// <summary>Updates of the stage transfer; null: as its recipe says.</summary>
    public long? TransferSteps { get; init; }

    /// <summary>Updates of the stage lora; null: as its recipe says.</summary>
    public long? LoraSteps { get; init; }

    /// <summary>Tokens per row in both stages and in the evaluations; null: as the recipes say, or what the model can read.</summary>
    public int? Context { get; init; }

    /// <summary>Rows per batch in both stages; null: as the recipes say.</summary>
    public int? Batch { get; init; }

    /// <summary>Precision of matrix products in both stages; null: as the recipes say.</summary>
    public TrainingPrecision? Precision { get; init; }

    /// <summary>Rank of the adapters; null: as the recipe says.</summary>
    public int? Rank { get; init; }

    /// <summary>Decides batches and the initial values of adapters.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Goes on with what is in the output folder.</summary>
    public bool Resume { get; init; }

    /// <summary>Lengths of the texts at whose end generation is measured; empty for no measurement.</summary>
    public IReadOnlyList<int> Lengths { get; init; } = [1024, 8192, 65536];
}
