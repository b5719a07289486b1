using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Checkpoints.Adapters;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>What a run that trains adapters starts from: a model that was trained before, with its adapters or the run's own.</summary>
internal static class AdapterStart
{
    /// <summary>Whether a run goes on with adapters that are saved alone, so that their base is loaded with them.</summary>
    /// <param name="checkpoint">What the run is resumed from; null for a fresh run.</param>
    public static bool IsNeeded(string? checkpoint) => checkpoint is not null && AdapterFolder.IsOne(checkpoint);

    /// <summary>How to find the base of adapters that are gone on with: where the user says the run started, it may have moved.</summary>
    /// <param name="init">The model that the user names; null for none.</param>
    public static AdapterOptions? BaseOf(string? init) => init is not null
        && (HuggingFaceConfig.ModelType(init) is not null || !AdapterFolder.IsOne(CheckpointFolder.Resolve(init)))
        ? new AdapterOptions { Base = init }
        : null;

    /// <summary>The adapters of a run: those of the recipe, or those that its start has.</summary>
    /// <param name="recipe">The recipe's; null for none.</param>
    /// <param name="start">Those of the model that it starts from; null for none.</param>
    /// <param name="folder">Where that model is.</param>
    /// <exception cref="InputException">There are both, and they differ.</exception>
    public static LoraConfig? Choose(LoraConfig? recipe, LoraConfig? start, string folder) =>
        recipe is null || start is null || IsSame(recipe, start)
            ? start ?? recipe
            : throw new InputException(
                $"'{folder}' has adapters of rank {start.Rank} and alpha {start.Alpha} at {string.Join(", ", start.Adapted)}, and the "
                + "recipe's model.lora asks for others; merge them first (mt convert --merge-lora), or leave model.lora out to train them "
                + "further.");

    /// <summary>Sets the run's adapters beside the maps of its start, unless they are there.</summary>
    /// <param name="start">The model; null for one with random weights, which has them.</param>
    /// <param name="lora">The adapters; null for none.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="output">The folder of the run.</param>
    /// <exception cref="InputException">The adapters do not fit the model, or the run would move the model away from them.</exception>
    public static void Attach(TrainedModel? start, LoraConfig? lora, RandomSource random, string output)
    {
        if (start?.Folder is { } folder && lora is not null && IsInside(folder, output))
        {
            throw new InputException(
                $"The base '{folder}' of the adapters lies in the output folder '{output}', where a run moves it aside; choose another.");
        }

        if (start is { Lora: null } && lora is not null)
        {
            start.Attach(lora, random);
        }
    }

    /// <summary>What a person should know about the adapters.</summary>
    /// <param name="lora">The adapters; null for none.</param>
    /// <param name="network">The model with them.</param>
    /// <param name="hasStart">Whether it was trained before.</param>
    public static IEnumerable<string> Notes(LoraConfig? lora, Module network, bool hasStart)
    {
        if (lora is not null)
        {
            string rest = hasStart ? "" : " The others keep random values: --init (TrainingOptions.Init) names a trained model.";
            yield return LoraReport.Of(lora, network).Sentences[0] + rest;
        }
    }

    private static bool IsInside(string folder, string output)
    {
        string outer = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)) + Path.DirectorySeparatorChar;
        return (Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar).StartsWith(outer, StringComparison.Ordinal);
    }

    private static bool IsSame(LoraConfig a, LoraConfig b) =>
        a.Rank == b.Rank && a.Alpha == b.Alpha && a.Dropout == b.Dropout && a.Adapted.SequenceEqual(b.Adapted);
}
