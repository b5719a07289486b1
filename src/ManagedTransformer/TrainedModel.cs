using ManagedTransformer.Checkpoints;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer;

/// <summary>A model of any kind with all that belongs to it, as a model folder holds it.</summary>
public abstract class TrainedModel
{
    // The first one also explains what is wrong with a folder of no kind.
    private static readonly (string Architecture, Func<string, TrainedModel> Load)[] _kinds =
    [
        (Recipe.TransformerLanguageModel, path => LanguageModel.Load(path)),
        (Recipe.TransformerTranslation, TranslationModel.Load),
    ];

    private protected TrainedModel()
    {
    }

    /// <summary>Trainable values, each counted once.</summary>
    public long ParameterCount => Module.ParameterCount;

    /// <summary>What model folders call the kinds of models that there are.</summary>
    internal static IEnumerable<string> Architectures => _kinds.Select(kind => kind.Architecture);

    /// <summary>What the weights belong to.</summary>
    internal abstract Module Module { get; }

    /// <summary>Loads a model of any kind.</summary>
    /// <param name="path">As for <see cref="LanguageModel.Load"/> or <see cref="TranslationModel.Load"/>.</param>
    /// <returns>A <see cref="LanguageModel"/> or a <see cref="TranslationModel"/>.</returns>
    /// <exception cref="InputException">Missing, damaged or mismatched files.</exception>
    public static TrainedModel Open(string path)
    {
        string? architecture = Architecture(path);
        return (_kinds.FirstOrDefault(kind => kind.Architecture == architecture).Load ?? _kinds[0].Load)(path);
    }

    /// <summary>Writes the model as a checkpoint folder; an existing one is replaced in one step.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">The folder cannot be written; an existing one is untouched.</exception>
    public void Save(string path) => CheckpointFolder.Write(path, WriteFiles);

    /// <summary>Writes the model as a checkpoint folder where there is none yet.</summary>
    /// <param name="path">The folder, absent or empty.</param>
    /// <exception cref="InputException">The folder holds something, or cannot be written.</exception>
    public void SaveNew(string path) => CheckpointFolder.Write(path, WriteFiles, replace: false);

    /// <summary>What kind of model a path stands for; null where that cannot be told, which loading it explains.</summary>
    /// <param name="path">As for <see cref="Open"/>.</param>
    internal static string? Architecture(string path)
    {
        if (HuggingFaceConfig.ModelType(path) is not null)
        {
            return Recipe.TransformerLanguageModel;
        }

        string config = Path.Combine(CheckpointFolder.Resolve(path), CheckpointFolder.ConfigFile);
        return File.Exists(config) ? JsonDocuments.Architecture(Utf8File.Read(config)) : null;
    }

    /// <summary>Rounds the matrices that no loader has placed as the innermost <see cref="WeightScope"/> asks.</summary>
    /// <exception cref="InputException">They cannot be stored so.</exception>
    private protected void RoundRest() => Round(WeightScope.Current ?? DType.Float32);

    /// <summary>The integers that matrices are stored as; null where there are none.</summary>
    internal DType? Integers => Module.Parameters().Select(named => (DType?)named.Parameter.DType)
        .FirstOrDefault(type => type is DType.Int8 or DType.Int4);

    /// <summary>Rounds matrices that are stored as Float32.</summary>
    /// <param name="weights">The type that they get.</param>
    /// <exception cref="InputException">They cannot be stored so.</exception>
    internal void Round(DType weights)
    {
        try
        {
            Module.RoundWeights(weights);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new InputException(e.Message, e);
        }
    }

    /// <summary>Refuses a model whose matrices are integers, which serve inference alone.</summary>
    /// <param name="path">Where it comes from.</param>
    /// <param name="use">What the model is wanted for: trained, or averaged.</param>
    /// <exception cref="InputException">They are.</exception>
    internal void RequireFloats(string path, string use)
    {
        if (Integers is { } type)
        {
            throw new InputException(
                $"'{path}' holds {type} weights, which cannot be {use}; take the model that they were rounded from, or their values "
                + "(mt convert).");
        }
    }

    /// <summary>Checks that a description is of this kind of model.</summary>
    private protected static void RequireArchitecture(string actual, string expected)
    {
        if (actual != expected)
        {
            throw new InputException($"The description's architecture is '{actual}'; a model of this kind has '{expected}'.");
        }
    }

    /// <summary>Writes the files of the folder.</summary>
    /// <param name="folder">A checkpoint being written.</param>
    internal abstract void WriteFiles(string folder);
}
