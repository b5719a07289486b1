using System.Text.Json;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;

namespace ManagedTransformer.Checkpoints.Adapters;

/// <summary>
/// An adapter saved alone, as PEFT keeps it: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>. This library adds its own
/// <c>config.json</c>, which says by a checksum what model the adapter belongs to, and the tokenizer.
/// </summary>
internal static class AdapterFolder
{
    private const string Base = "base";

    /// <summary>Whether a folder holds an adapter without its model.</summary>
    /// <param name="folder">A path; nothing needs to be there.</param>
    public static bool IsOne(string folder) => File.Exists(Path.Combine(folder, CheckpointFolder.AdapterConfigFile))
        && !File.Exists(Path.Combine(folder, CheckpointFolder.ModelFile));

    /// <summary>Whether this library wrote the folder, which then describes the whole model.</summary>
    /// <param name="folder">A folder with an adapter.</param>
    public static bool IsOwn(string folder) => File.Exists(Path.Combine(folder, CheckpointFolder.ConfigFile));

    /// <summary>The adapter that a path stands for, verified where it has a manifest.</summary>
    /// <param name="path">A folder, or the output folder of a training run.</param>
    /// <exception cref="InputException">There is no adapter.</exception>
    public static string Open(string path)
    {
        string folder = Directory.Exists(path) && CheckpointFolder.Find(path) is null
            ? path
            : CheckpointFolder.Open(CheckpointFolder.Resolve(path), requireManifest: false);
        return IsOne(folder) && File.Exists(Path.Combine(folder, CheckpointFolder.AdapterFile))
            ? folder
            : throw new InputException(
                $"'{path}' is no adapter: {folder} lacks {CheckpointFolder.AdapterConfigFile} or {CheckpointFolder.AdapterFile}, or has a "
                + "whole model.");
    }

    /// <summary>The settings of an adapter in terms of PEFT.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">They are missing, or ask for what is not supported.</exception>
    public static PeftConfig ReadConfig(string folder) => PeftConfig.Read(Path.Combine(folder, CheckpointFolder.AdapterConfigFile));

    /// <summary>The settings of an adapter for a model.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="module">The model, with values or without.</param>
    /// <param name="names">What its maps may be called.</param>
    /// <exception cref="InputException">The settings name no map of the model, or ask for what is not supported.</exception>
    public static LoraConfig ReadLora(string folder, Module module, AdapterNames names)
    {
        PeftConfig peft = ReadConfig(folder);
        IReadOnlyList<NamedMap> maps = LoraAdapters.Maps(module);
        HashSet<string> adapted = [.. maps.Select(named => named.Name).Where(IsTarget)];
        if (adapted.Count == 0)
        {
            throw new InputException(
                $"{Path.Combine(folder, CheckpointFolder.AdapterConfigFile)}: target_modules [{string.Join(", ", peft.Targets ?? [])}] "
                + $"names no linear map of the model, which has {LoraAdapters.Kinds(maps)}.");
        }

        if (peft.Targets?.FirstOrDefault(target => !maps.Any(map => Names(map.Name, target))) is { } unknown)
        {
            throw new InputException(
                $"{Path.Combine(folder, CheckpointFolder.AdapterConfigFile)}: target_modules has '{unknown}', which is no linear map of the "
                + $"model; it has {LoraAdapters.Kinds(maps)}.");
        }

        return new LoraConfig
        {
            Rank = peft.Rank,
            Alpha = peft.Alpha,
            Dropout = peft.Dropout,
            Targets = LoraAdapters.Targets(maps, adapted),
        };

        bool IsTarget(string map) => peft.Targets is null ? map != "output" : peft.Targets.Any(target => Names(map, target));

        bool Names(string map, string target) => names.Of(map).Any(name => LoraAdapters.Matches(target, name));
    }

    /// <summary>What the library's own folder says about the model that the adapter belongs to; null where it says nothing.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">The description is malformed.</exception>
    public static AdapterBase? ReadBase(string folder)
    {
        string path = Path.Combine(folder, CheckpointFolder.ConfigFile);
        return !IsOwn(folder) ? null : JsonFile.Read(path, root => root.TryGetProperty(Base, out JsonElement home)
            && home.ValueKind == JsonValueKind.Object
            ? new AdapterBase(JsonFile.RequireString(home, "path", path), JsonFile.RequireString(home, "sha256", path))
            : null);
    }

    /// <summary>Where the model of an adapter is.</summary>
    /// <param name="folder">The adapter.</param>
    /// <param name="given">What the user says; null for what the adapter says.</param>
    /// <exception cref="InputException">It is not there, or nobody says where.</exception>
    public static string FindBase(string folder, string? given)
    {
        string? path = given ?? ReadBase(folder)?.Path ?? ReadConfig(folder).Base;
        const string how = "say where it is (--base, or Base of AdapterOptions in a program)";
        if (path is not { Length: > 0 })
        {
            throw new InputException($"The adapter '{folder}' does not say what model it belongs to; {how}.");
        }

        if (given is null && !Directory.Exists(path) && !Directory.Exists(path + ".old"))
        {
            throw new InputException($"The adapter '{folder}' belongs to the model '{path}', which is not there; {how}.");
        }

        return HuggingFaceConfig.ModelType(path) is not null || !IsOne(CheckpointFolder.Resolve(path))
            ? path
            : throw new InputException($"The adapter '{folder}' belongs to a whole model, and '{path}' is an adapter itself; {how}.");
    }

    /// <summary>Refuses a base for a folder that is no adapter.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="home">The base; null for none.</param>
    /// <exception cref="InputException">There is one.</exception>
    public static void RequireNoBase(string path, string? home)
    {
        if (home is not null)
        {
            throw new InputException($"'{path}' is a whole model, so it has no base; '{home}' was named as one.");
        }
    }

    /// <summary>Refuses a base that has adapters itself.</summary>
    /// <param name="path">The base.</param>
    /// <param name="lora">Its adapters.</param>
    /// <exception cref="InputException">It has some.</exception>
    public static void RequireWhole(string path, LoraConfig? lora)
    {
        if (lora is not null)
        {
            throw new InputException($"The base '{path}' has adapters itself; merge them first (mt convert '{path}' --merge-lora).");
        }
    }

    /// <summary>The adapters that the description of a folder must have.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="lora">What its description says.</param>
    /// <exception cref="InputException">It says nothing.</exception>
    public static LoraConfig RequireLora(string folder, LoraConfig? lora) => lora
        ?? throw new InputException($"{Path.Combine(folder, CheckpointFolder.ConfigFile)}: model.lora is missing, which an adapter has.");

    /// <summary>Refuses a model that is not the one which an adapter belongs to.</summary>
    /// <param name="folder">The adapter.</param>
    /// <param name="recorded">What it says about its model; null for nothing.</param>
    /// <param name="path">Where the model is.</param>
    /// <param name="sha256">The checksum of the model.</param>
    /// <exception cref="InputException">It is another.</exception>
    public static void RequireBase(string folder, AdapterBase? recorded, string path, string sha256)
    {
        if (recorded is not null && recorded.Sha256 != sha256)
        {
            throw new InputException(
                $"The adapter '{folder}' belongs to another model than '{path}': it was made for weights with the checksum "
                + $"{recorded.Sha256[..Math.Min(12, recorded.Sha256.Length)]}, and these have {sha256[..12]}.");
        }
    }

    /// <summary>Writes PEFT's two files.</summary>
    /// <param name="folder">A folder being written.</param>
    /// <param name="module">A model with adapters.</param>
    /// <param name="lora">What they were made by.</param>
    /// <param name="names">What its maps are called there.</param>
    /// <param name="home">Where the base is; null where that is not known.</param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public static void Write(string folder, Module module, LoraConfig lora, AdapterNames names, string? home)
    {
        IReadOnlyList<NamedMap> maps = LoraAdapters.Maps(module);
        string[] adapted = [.. maps.Where(named => named.Map.Adapter is not null).Select(named => named.Name)];
        IReadOnlyList<string> targets = LoraAdapters.Targets(maps, [.. adapted]);
        bool isByKind = targets.All(target => !target.Contains('.', StringComparison.Ordinal));

        string[] written = isByKind
            ? [.. targets.SelectMany(target => names.Targets(target, adapted.Where(map => LoraAdapters.Matches(target, map)))).Distinct()]
            : [.. adapted.Select(map => names.Of(map)[0])];
        PeftConfig config = new(lora.Rank, lora.Alpha, lora.Dropout, written, home, names.Task);
        config.Write(Path.Combine(folder, CheckpointFolder.AdapterConfigFile));
        AdapterWeights.Write(Path.Combine(folder, CheckpointFolder.AdapterFile), module, names);
    }
}
