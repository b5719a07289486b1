using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Files;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Checkpoints.Adapters;

/// <summary>The matrices A and B of a model's adapters in <c>adapter_model.safetensors</c>.</summary>
internal static class AdapterWeights
{
    /// <summary>Writes them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="module">A model with adapters.</param>
    /// <param name="names">What its maps are called there.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, Module module, AdapterNames names) => ModuleWeights.Save(
        Adapted(module).SelectMany(named => Tensors(named.Map.Adapter!, names.Of(named.Name)[0])),
        path,
        new Dictionary<string, string> { ["format"] = "pt" });

    /// <summary>Overwrites them from a file that holds exactly these.</summary>
    /// <param name="path">The file.</param>
    /// <param name="module">A model with adapters.</param>
    /// <param name="names">What its maps may be called there.</param>
    /// <exception cref="InputException">The file cannot be read, or a tensor is missing, surplus, of another shape or of
    /// integers.</exception>
    public static void Read(string path, Module module, AdapterNames names)
    {
        HashSet<string> present = ReadNames(path);
        ModuleWeights.Load(
            [
                .. Adapted(module).SelectMany(named =>
                {
                    IReadOnlyList<string> candidates = names.Of(named.Name);
                    string name = candidates.FirstOrDefault(name => present.Contains(AdapterNames.Tensor(name, isUp: false)))
                        ?? candidates[0];
                    return Tensors(named.Map.Adapter!, name);
                }),
            ],
            path);
    }

    private static IEnumerable<NamedMap> Adapted(Module module) =>
        LoraAdapters.Maps(module).Where(named => named.Map.Adapter is not null);

    private static NamedBuffer[] Tensors(LoraAdapter adapter, string map) =>
    [
        new(AdapterNames.Tensor(map, isUp: false), adapter.Down), new(AdapterNames.Tensor(map, isUp: true), adapter.Up),
    ];

    private static HashSet<string> ReadNames(string path)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            return [.. file.Entries.Select(entry => entry.Name)];
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
}
