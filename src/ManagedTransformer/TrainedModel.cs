using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Checkpoints.Adapters;
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
    private static readonly (string Architecture, Func<string, AdapterOptions?, TrainedModel> Load)[] _kinds =
    [
        (Recipe.TransformerLanguageModel, (path, adapter) => LanguageModel.Load(path, adapter: adapter)),
        (Recipe.TransformerTranslation, TranslationModel.Load),
    ];

    private string? _checksum;

    private protected TrainedModel()
    {
    }

    /// <summary>Trainable values, each counted once.</summary>
    public long ParameterCount => Module.ParameterCount;

    /// <summary>
    /// The low-rank adapters that stand beside the model's maps and are all of it that is trained; null for none.
    /// </summary>
    public abstract LoraConfig? Lora { get; }

    /// <summary>The folder that the weights come from; null where they come from none.</summary>
    public string? Folder { get; private protected set; }

    /// <summary>What model folders call the kinds of models that there are.</summary>
    internal static IEnumerable<string> Architectures => _kinds.Select(kind => kind.Architecture);

    /// <summary>What the weights belong to.</summary>
    internal abstract Module Module { get; }

    /// <summary>The configuration, as model folders hold it.</summary>
    internal abstract JsonNode Configuration { get; }

    /// <summary>Checksum of the model that adapters stand beside, where they can be saved alone; null for a whole model.</summary>
    internal string? BaseChecksum => Home?.Sha256;

    /// <summary>What files of adapters call the model's maps.</summary>
    internal abstract AdapterNames AdapterNames { get; }

    /// <summary>The model that the adapters stand beside, where they can be saved alone; null for a model that is saved whole.</summary>
    private protected AdapterBase? Home =>
        Lora is null || Folder is null ? null : new AdapterBase(Folder, _checksum ??= WeightChecksum.Of(Module));

    /// <summary>Loads a model of any kind.</summary>
    /// <param name="path">As for <see cref="LanguageModel.Load"/> or <see cref="TranslationModel.Load"/>.</param>
    /// <param name="adapter">An adapter to set beside its maps, or the model of the adapter that the folder is; null for neither.</param>
    /// <returns>A <see cref="LanguageModel"/> or a <see cref="TranslationModel"/>.</returns>
    /// <exception cref="InputException">Missing, damaged or mismatched files.</exception>
    public static TrainedModel Open(string path, AdapterOptions? adapter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string? architecture = Architecture(path, adapter?.Base);
        return (_kinds.FirstOrDefault(kind => kind.Architecture == architecture).Load ?? _kinds[0].Load)(path, adapter);
    }

    /// <summary>
    /// Sets an adapter beside the model's maps: one of this library, or one that Hugging Face's PEFT wrote for a model of the Llama family.
    /// </summary>
    /// <param name="path">The adapter's folder, or the output folder of a training run.</param>
    /// <exception cref="InputException">The folder holds no adapter, the adapter belongs to another model or asks for what is not
    /// supported, a tensor is missing, surplus or of another shape, the model has adapters already, or its weights are rounded and the
    /// adapter says which it was made for.</exception>
    public void LoadAdapter(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string folder = AdapterFolder.Open(path);
        if (Lora is not null)
        {
            throw new InputException($"The model has adapters already, so '{path}' cannot stand beside its maps; merge them first.");
        }

        if (AdapterFolder.ReadBase(folder) is { } recorded)
        {
            if (_checksum is null && Rounded is { } type)
            {
                throw new InputException(
                    $"Weights in {type} do not show whether the adapter '{path}' was made for them; give the adapter when the model is loaded.");
            }

            _checksum ??= WeightChecksum.Of(Module);
            AdapterFolder.RequireBase(folder, recorded, Folder ?? "the model", _checksum);
        }

        Attach(AdapterFolder.ReadLora(folder, Module, AdapterNames), new RandomSource(0));
        AdapterWeights.Read(Path.Combine(folder, CheckpointFolder.AdapterFile), Module, AdapterNames);
    }

    /// <summary>Folds the adapters into the weights, W + (alpha / r) B A: a model like any other, which is saved whole.</summary>
    /// <exception cref="InputException">The model has none.</exception>
    public void MergeAdapter()
    {
        if (Lora is null)
        {
            throw new InputException("The model has no adapters to merge.");
        }

        RequireFloats(Folder ?? "the model", "merged with adapters");
        Merge();
        (Folder, _checksum) = (null, null);
    }

    /// <summary>
    /// Writes the adapters alone as PEFT keeps them: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, for PEFT where the
    /// model is of the Llama family. The folder appears as a whole or not at all. (<see cref="Save"/> writes a folder that is a model by
    /// itself as long as the base is in its place.)
    /// </summary>
    /// <param name="path">The folder, absent or empty.</param>
    /// <exception cref="InputException">The model has no adapters, or the folder holds something or cannot be written.</exception>
    public void SaveAdapter(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LoraConfig lora = Lora ?? throw new InputException("The model has no adapters to save.");
        CheckpointFolder.Write(
            path, folder => AdapterFolder.Write(folder, Module, lora, AdapterNames, Folder), withManifest: false, replace: false);
    }

    /// <summary>Writes the model as a checkpoint folder; an existing one is replaced in one step.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">The folder cannot be written; an existing one is untouched.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckpointFolder.Write(path, WriteFiles);
    }

    /// <summary>Writes the model as a checkpoint folder where there is none yet.</summary>
    /// <param name="path">The folder, absent or empty.</param>
    /// <exception cref="InputException">The folder holds something, or cannot be written.</exception>
    public void SaveNew(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckpointFolder.Write(path, WriteFiles, replace: false);
    }

    /// <summary>What kind of model a path stands for; null where that cannot be told, which loading it explains.</summary>
    /// <param name="path">As for <see cref="Open"/>.</param>
    /// <param name="home">The model that the folder's adapter belongs to; null for what the adapter says.</param>
    internal static string? Architecture(string path, string? home = null)
    {
        if (HuggingFaceConfig.ModelType(path) is not null)
        {
            return Recipe.TransformerLanguageModel;
        }

        string folder = CheckpointFolder.Resolve(path), config = Path.Combine(folder, CheckpointFolder.ConfigFile);
        if (AdapterFolder.IsOne(folder) && !AdapterFolder.IsOwn(folder))
        {
            return Architecture(AdapterFolder.FindBase(folder, home));
        }

        return File.Exists(config) ? JsonDocuments.Architecture(Utf8File.Read(config)) : null;
    }

    /// <summary>
    /// Loads a model, sets an adapter beside its maps, and rounds it. A model with an adapter is loaded in Float32, of which the adapter's
    /// checksum is, and rounded afterwards.
    /// </summary>
    /// <param name="path">As for <see cref="Open"/>.</param>
    /// <param name="weights">How matrices are stored; null for as the folder has them.</param>
    /// <param name="adapter">The adapter or the base that the user names; null for neither.</param>
    /// <param name="read">Reads a folder, whose adapter belongs to a base.</param>
    /// <typeparam name="T">The kind of model.</typeparam>
    private protected static T Load<T>(string path, DType? weights, AdapterOptions? adapter, Func<string, string?, T> read)
        where T : TrainedModel
    {
        bool hasAdapter = adapter?.Adapter is not null
            || (HuggingFaceConfig.ModelType(path) is null && AdapterFolder.IsOne(CheckpointFolder.Resolve(path)));
        using WeightScope scope = new(hasAdapter ? DType.Float32 : weights);
        T model = read(path, adapter?.Base);
        if (adapter?.Adapter is { } folder)
        {
            model.LoadAdapter(folder);
        }

        model.Round(weights ?? DType.Float32);
        return model;
    }

    /// <summary>The integers that matrices are stored as; null where there are none.</summary>
    internal DType? Integers => Rounded is DType.Int8 or DType.Int4 ? Rounded : null;

    // Small integers, if there are any, go first.
    private DType? Rounded => Module.Parameters().Select(named => (DType?)named.Parameter.DType)
        .Where(type => type != DType.Float32).OrderByDescending(type => type is DType.Int8 or DType.Int4).FirstOrDefault();

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
    /// <param name="use">What the model is wanted for: trained, averaged, or merged with adapters.</param>
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

    /// <summary>Sets fresh adapters beside the model's maps and freezes everything else.</summary>
    /// <param name="lora">Which maps, and how.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="InputException">The adapters do not fit the model.</exception>
    internal abstract void Attach(LoraConfig lora, RandomSource random);

    /// <summary>Overwrites all weights, or, of adapters that are saved alone, theirs.</summary>
    /// <param name="folder">A checkpoint that <see cref="WriteFiles"/> made.</param>
    /// <exception cref="InputException">A file is damaged or does not fit.</exception>
    internal void ReadWeights(string folder)
    {
        if (AdapterFolder.IsOne(folder))
        {
            AdapterWeights.Read(Path.Combine(folder, CheckpointFolder.AdapterFile), Module, AdapterNames);
        }
        else
        {
            ModuleWeights.Load(Module, Path.Combine(folder, CheckpointFolder.ModelFile));
        }
    }

    /// <summary>Becomes a model of the same network, whose adapters stand beside the same base.</summary>
    /// <param name="other">The other model.</param>
    internal void StandBeside(TrainedModel other) => (Folder, _checksum) = (other.Folder, other._checksum);

    /// <summary>Folds the adapters into the weights.</summary>
    private protected abstract void Merge();

    /// <summary>Sets the adapter of a folder that describes the whole model beside the maps of its base.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="lora">Rank and so on, as the folder describes them.</param>
    private protected void TakeAdapter(string folder, LoraConfig lora)
    {
        _checksum = WeightChecksum.Of(Module);
        AdapterFolder.RequireBase(folder, AdapterFolder.ReadBase(folder), Folder!, _checksum);
        Attach(lora, new RandomSource(0));
        ReadWeights(folder);
    }

    /// <summary>Writes the weights: those of the adapters where they are saved alone, all others.</summary>
    /// <param name="folder">A checkpoint being written.</param>
    /// <param name="home">The base of adapters that are saved alone; null for a model that is saved whole.</param>
    private protected void WriteWeights(string folder, AdapterBase? home)
    {
        if (home is null)
        {
            ModuleWeights.Save(Module, Path.Combine(folder, CheckpointFolder.ModelFile));
        }
        else
        {
            AdapterFolder.Write(folder, Module, Lora!, AdapterNames, home.Path);
        }
    }
}
