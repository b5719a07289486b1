using System.Text.Json;
using ManagedTransformer.Data;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Training;

namespace ManagedTransformer.Checkpoints;

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

    /// <summary>Where the run stands that the model belongs to; null where there is none.</summary>
    public TrainingState? Training { get; init; }

    /// <summary>Describes what stands at a path: a folder is a model, a file ending in <c>.safetensors</c> a set of tensors, any other file a recipe.</summary>
    /// <param name="path">The path.</param><param name="data">Text that decides a recipe's vocabulary; null: the recipe's own.</param>
    /// <exception cref="InputException">Missing or damaged files, or a recipe whose vocabulary depends on a text that is not named.</exception>
    public static ModelSummary Of(string path, string? data = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Directory.Exists(path) || Directory.Exists(path + ".old") ? OfModel(path)
            : path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) ? OfTensors(path)
            : OfRecipe(path, data);
    }

    private static ModelSummary OfRecipe(string path, string? data)
    {
        Recipe recipe = Recipe.Load(path);
        recipe = recipe with { Model = RecipeVocabulary.Resolve(recipe, path, data) };
        return new ModelSummary
        {
            Source = path,
            Architecture = recipe.Architecture,
            Parameters = recipe.Model.ParameterCount,
            Configuration = Parse(JsonDocuments.Write(recipe, RecipeJson.Default.Recipe)),
        };
    }

    private static ModelSummary OfModel(string path)
    {
        string folder = CheckpointFolder.Open(CheckpointFolder.Resolve(path));
        ModelDescription description = LanguageModel.ReadDescription(folder);
        return new ModelSummary
        {
            Source = folder,
            Architecture = description.Architecture,
            Parameters = description.Model.ParameterCount,
            Configuration = Parse(JsonDocuments.Write(description, RecipeJson.Default.ModelDescription)),
            Tensors = ReadEntries(Path.Combine(folder, CheckpointFolder.ModelFile)),
            Training = FindTrainingState(path, folder),
        };
    }

    private static ModelSummary OfTensors(string path)
    {
        IReadOnlyList<SafetensorsEntry> tensors = ReadEntries(path);
        return new ModelSummary { Source = path, Architecture = Safetensors, Parameters = tensors.Sum(tensor => tensor.Count), Tensors = tensors };
    }

    private static IReadOnlyList<SafetensorsEntry> ReadEntries(string path)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            return file.Entries;
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
        return file is null ? null : JsonDocuments.Read(file, InputFile.ReadAllBytes(file), RecipeJson.Default.TrainingState);
    }

    private static JsonElement Parse(byte[] utf8)
    {
        using JsonDocument json = JsonDocument.Parse(utf8);
        return json.RootElement.Clone();
    }
}
