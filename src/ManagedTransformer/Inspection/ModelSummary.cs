using System.Text.Json;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Checkpoints.Adapters;
using ManagedTransformer.Checkpoints.HuggingFace;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Torch;
using ManagedTransformer.Training;

namespace ManagedTransformer.Inspection;

/// <summary>What a recipe, a model folder or a safetensors file holds, without loading weights.</summary>
public sealed record ModelSummary
{
    /// <summary>The architecture of files that are only a set of tensors.</summary>
    public const string Safetensors = "safetensors";

    /// <summary>The architecture of files that PyTorch wrote.</summary>
    public const string Torch = "pytorch";

    /// <summary>The recipe, the checkpoint's folder or the file.</summary>
    public required string Source { get; init; }

    /// <summary>Which kind of model, or <see cref="Safetensors"/> or <see cref="Torch"/>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Trainable values; of a file of tensors the elements of all of them.</summary>
    public required long Parameters { get; init; }

    /// <summary>
    /// The recipe or the model's description, every value written out, or the hyper-parameters found in a file of PyTorch; null for a
    /// safetensors file.
    /// </summary>
    public JsonElement? Configuration { get; init; }

    /// <summary>The tensors of a file or of a checkpoint's weights; empty for a recipe.</summary>
    public IReadOnlyList<TensorSummary> Tensors { get; init; } = [];

    /// <summary>The integers that a checkpoint stores its matrices as (<see cref="SafetensorsWeights"/>); null where it does not.</summary>
    public DType? Rounded => TensorSummary.Integers(Tensors);

    /// <summary>What mechanisms of the model know, such as the spans of heads; none where there is nothing to tell.</summary>
    public IReadOnlyList<MechanismReport> Reports { get; init; } = [];

    /// <summary>Where the run stands that the model belongs to; null where there is none.</summary>
    public TrainingState? Training { get; init; }

    /// <summary>
    /// Describes what stands at a path: a folder is a model (also GPT-2 in Hugging Face's format), a file ending in <c>.safetensors</c> a
    /// set of tensors, one that PyTorch wrote or that ends in <c>.pt</c>, <c>.pth</c> or <c>.bin</c> a checkpoint of it, any other file a
    /// recipe.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="data">Text that decides a recipe's vocabulary; null: the recipe's own.</param>
    /// <param name="lengths">Texts whose cost reports tell; null: 20 tokens.</param>
    /// <param name="adapter">An adapter beside the model's maps, or the model of the adapter that the folder is; null for neither.</param>
    /// <exception cref="InputException">Missing or damaged files, or a recipe whose vocabulary depends on a text that is not
    /// named.</exception>
    public static ModelSummary Of(string path, string? data = null, TextLengths? lengths = null, AdapterOptions? adapter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (adapter is { Adapter: { } folder })
        {
            return OfAdapter(folder, path);
        }

        if (adapter is { Base: { } home })
        {
            return OfAdapter(path, AdapterFolder.FindBase(AdapterFolder.Open(path), home));
        }

        if (AdapterFolder.IsOne(path) && !AdapterFolder.IsOwn(path))
        {
            return OfAdapter(path, AdapterFolder.FindBase(path, null));
        }

        return HuggingFaceConfig.ModelType(path) is not null ? OfHuggingFace(path)
            : Directory.Exists(path) || Directory.Exists(path + ".old") ? OfModel(path, lengths ?? TextLengths.Default)
            : path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) ? OfTensors(path)
            : TorchFile.IsOne(path) ? OfTorch(path)
            : Of(Recipe.Load(path), path, data, lengths);
    }

    /// <summary>Describes a recipe.</summary>
    /// <param name="recipe">The recipe, checked.</param>
    /// <param name="name">What it is called, for the summary and for errors.</param>
    /// <param name="data">Text that decides its vocabulary; null: the recipe's own.</param>
    /// <param name="lengths">Texts whose cost reports tell; null: 20 tokens.</param>
    /// <exception cref="InputException">The vocabulary depends on a text that is not named or cannot be read.</exception>
    public static ModelSummary Of(Recipe recipe, string name, string? data = null, TextLengths? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ModelFacts facts = new() { Lengths = lengths ?? TextLengths.Default };
        return Of(ModelFamily.Of(recipe).Summarize(recipe, name, data), name, facts);
    }

    /// <summary>The number of trainable values of a recipe's model, without telling more of it.</summary>
    /// <param name="recipe">The recipe, checked.</param>
    /// <returns>Null where it depends on the vocabulary of a text that the recipe does not name.</returns>
    public static long? CountParameters(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        try
        {
            return ModelFamily.Of(recipe).Summarize(recipe, "The recipe", null).Shapes.ParameterCount;
        }
        catch (InputException)
        {
            return null;
        }
    }

    private static ModelSummary Of(FamilySummary summary, string source, ModelFacts facts) => new()
    {
        Source = source,
        Architecture = summary.Architecture,
        Parameters = summary.Shapes.ParameterCount,
        Configuration = Parse(summary.Configuration),
        Reports = summary.Describe(facts),
    };

    private static ModelSummary OfModel(string path, TextLengths lengths)
    {
        string folder = CheckpointFolder.Open(CheckpointFolder.Resolve(path));
        bool isAdapter = AdapterFolder.IsOne(folder);
        string weights = Path.Combine(folder, isAdapter ? CheckpointFolder.AdapterFile : CheckpointFolder.ModelFile);
        ModelFacts facts = new()
        {
            Lengths = lengths,
            ReadWeights = isAdapter ? null : name => Open(weights, file => file.ReadFloats(name)),
            MetricsFile = Path.Combine(folder, CheckpointFolder.MetricsFile),
        };
        return Of(ModelFamily.Of(folder).Summarize(folder), folder, facts) with
        {
            Tensors = Open(weights, Summarize),
            Training = FindTrainingState(path, folder),
        };
    }

    // The base with an adapter that does not describe it, or not where it is now.
    private static ModelSummary OfAdapter(string path, string home)
    {
        string folder = AdapterFolder.Open(path), source = $"{folder} at {home}";
        FamilySummary summary = HuggingFaceConfig.ModelType(home) is not null
            ? LanguageModelFamily.Summarize(HuggingFaceFolder.ReadDescription(home), folder)
            : ModelFamily.Of(home).Summarize(CheckpointFolder.Resolve(home), folder);
        return Of(summary, source, new ModelFacts()) with
        {
            Tensors = Open(Path.Combine(folder, CheckpointFolder.AdapterFile), Summarize),
        };
    }

    private static ModelSummary OfHuggingFace(string folder) =>
        Of(LanguageModelFamily.Summarize(HuggingFaceFolder.ReadDescription(folder)), folder, new ModelFacts()) with
        {
            Tensors = [.. HuggingFaceFolder.ReadEntries(folder).Select(TensorSummary.Of)],
        };

    private static ModelSummary OfTensors(string path)
    {
        IReadOnlyList<TensorSummary> tensors = Open(path, Summarize);
        return new ModelSummary
        {
            Source = path,
            Architecture = Safetensors,
            Parameters = tensors.Sum(tensor => tensor.Count),
            Tensors = tensors,
        };
    }

    private static ModelSummary OfTorch(string path)
    {
        using TorchFile file = TorchFile.Open(path);
        TorchContents contents = file.Read(() => TorchContents.Of(file));
        return new ModelSummary
        {
            Source = path,
            Architecture = Torch,
            Parameters = contents.Tensors.Sum(tensor => tensor.Count),
            Configuration = Parse(contents.Settings),
            Tensors = contents.Tensors,
        };
    }

    private static IReadOnlyList<TensorSummary> Summarize(SafetensorsFile file) => [.. file.Entries.Select(TensorSummary.Of)];

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
