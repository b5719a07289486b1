using System.Text.Json;
using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Checkpoints.HuggingFace;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Training;

namespace ManagedTransformer.Inspection;

/// <summary>What a recipe, a model folder or a safetensors file holds, without loading weights.</summary>
public sealed record ModelSummary
{
    /// <summary>The architecture of files that are only a set of tensors.</summary>
    public const string Safetensors = "safetensors";

    /// <summary>The recipe, the checkpoint's folder or the file.</summary>
    public required string Source { get; init; }

    /// <summary>Which kind of model, or <see cref="Safetensors"/>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Trainable values; of a safetensors file the elements of all tensors.</summary>
    public required long Parameters { get; init; }

    /// <summary>The recipe or the model's description, every value written out; null for a safetensors file.</summary>
    public JsonElement? Configuration { get; init; }

    /// <summary>The tensors of a safetensors file or of a checkpoint's weights; empty for a recipe.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors { get; init; } = [];

    /// <summary>
    /// The span of every head in tokens, by layer: learnt ones as the weights have them, others as the last evaluation found them;
    /// null for a model without.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<double>>? Spans { get; init; }

    /// <summary>The longest span that a head can have, in tokens; 0 for a model without spans.</summary>
    public int SpanLimit { get; init; }

    /// <summary>What the parts of the model did in its last evaluation; null if it has none.</summary>
    public EvaluationDetails? Details { get; init; }

    /// <summary>The blocks and multiply-adds of a DeLighT model; null for other models.</summary>
    public DelightSummary? Delight { get; init; }

    /// <summary>Where the run stands that the model belongs to; null where there is none.</summary>
    public TrainingState? Training { get; init; }

    /// <summary>
    /// Describes what stands at a path: a folder is a model (also GPT-2 in Hugging Face's format), a file ending in <c>.safetensors</c> a
    /// set of tensors, any other file a recipe.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="data">Text that decides a recipe's vocabulary; null: the recipe's own.</param>
    /// <exception cref="InputException">Missing or damaged files, or a recipe whose vocabulary depends on a text that is not
    /// named.</exception>
    public static ModelSummary Of(string path, string? data = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return HuggingFaceConfig.ModelType(path) is not null ? OfGpt2(path)
            : Directory.Exists(path) || Directory.Exists(path + ".old") ? OfModel(path)
            : path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) ? OfTensors(path)
            : Of(Recipe.Load(path), path, data);
    }

    /// <summary>Describes a recipe.</summary>
    /// <param name="recipe">The recipe, checked.</param>
    /// <param name="name">What it is called, for the summary and for errors.</param>
    /// <param name="data">Text that decides its vocabulary; null: the recipe's own.</param>
    /// <exception cref="InputException">The vocabulary depends on a text that is not named or cannot be read.</exception>
    public static ModelSummary Of(Recipe recipe, string name, string? data = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Of(ModelFamily.Of(recipe).Summarize(recipe, name, data), name);
    }

    private static ModelSummary Of(FamilySummary summary, string source) => new()
    {
        Source = source,
        Architecture = summary.Architecture,
        Parameters = summary.Parameters,
        Configuration = Parse(summary.Configuration),
        SpanLimit = summary.SpanLimit,
        Delight = summary.Delight,
    };

    private static ModelSummary OfModel(string path)
    {
        string folder = CheckpointFolder.Open(CheckpointFolder.Resolve(path));
        FamilySummary summary = ModelFamily.Of(folder).Summarize(folder);
        string weights = Path.Combine(folder, CheckpointFolder.ModelFile), metrics = Path.Combine(folder, CheckpointFolder.MetricsFile);
        EvaluationDetails? details =
            File.Exists(metrics) ? JsonDocuments.Read(metrics, Utf8File.Read(metrics), EvaluationJson.Default.EvaluationDetails) : null;
        return Of(summary, folder) with
        {
            Tensors = Open(weights, file => file.Entries),
            Spans = summary.LearntSpans is { } read ? Open(weights, read) : details?.Spans?.Layers,
            Details = details,
            Training = FindTrainingState(path, folder),
        };
    }

    private static ModelSummary OfGpt2(string folder) =>
        Of(LanguageModelFamily.Summarize(Gpt2Folder.ReadDescription(folder)), folder) with { Tensors = Gpt2Folder.ReadEntries(folder) };

    private static ModelSummary OfTensors(string path)
    {
        IReadOnlyList<SafetensorsEntry> tensors = Open(path, file => file.Entries);
        return new ModelSummary
        {
            Source = path,
            Architecture = Safetensors,
            Parameters = tensors.Sum(tensor => tensor.Count),
            Tensors = tensors,
        };
    }

    private static T Open<T>(string path, Func<SafetensorsFile, T> read)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            return read(file);
        }
        catch (InvalidDataException e)
        {
            throw new InputException(e.Message, e);
        }
        catch (Exception e) when (InputFile.Describe(e, path) is { } reason)
        {
            throw new InputException(reason, e);
        }
    }

    // The best checkpoint of a run has no training state, the last one has.
    private static TrainingState? FindTrainingState(string path, string folder)
    {
        string? file = new[] { folder, Path.Combine(path, CheckpointFolder.Last), Path.Combine(path, CheckpointFolder.Last + ".old") }
            .Select(candidate => Path.Combine(candidate, CheckpointFolder.TrainerFile)).FirstOrDefault(File.Exists);
        return file is null ? null : JsonDocuments.Read(file, Utf8File.Read(file), TrainingJson.Default.TrainingState);
    }

    private static JsonElement Parse(byte[] utf8)
    {
        using JsonDocument json = JsonDocument.Parse(utf8);
        return json.RootElement.Clone();
    }
}
