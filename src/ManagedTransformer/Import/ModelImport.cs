using ManagedTransformer.Checkpoints;
using ManagedTransformer.Import.Plain;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Torch;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import;

/// <summary>
/// Turns checkpoints that PyTorch programs have written (<c>.pt</c>, <c>.pth</c>, <c>.bin</c>) into model folders. PyTorch is not needed,
/// and nothing in a file is executed.
/// </summary>
public static class ModelImport
{
    private const string PlainName = "plain";

    /// <summary>The names of the kinds of checkpoints, and the options that each takes beside <c>rename</c> and <c>dtype</c>.</summary>
    public static IReadOnlyDictionary<string, (ForeignKind Kind, IReadOnlyList<string> Options)> Kinds { get; } =
        ForeignModels.All.SelectMany(model => model.Names.Select(name => (name, (model.Kind, model.Options))))
            .Append((PlainName, (ForeignKind.Plain, [ImportOptionNames.Config])))
            .ToDictionary(entry => entry.Item1, entry => entry.Item2, StringComparer.Ordinal);

    /// <summary>Reads a checkpoint and writes a model folder, which appears as a whole or not at all.</summary>
    /// <param name="file">The checkpoint; its extension does not count.</param>
    /// <param name="output">The new folder, absent or empty.</param>
    /// <param name="options">Whose program wrote the checkpoint, and what it does not say about itself.</param>
    /// <exception cref="InputException">The file is damaged or no such checkpoint, holds something that cannot be represented, an option is
    /// missing or has no effect, or the folder is not empty or cannot be written.</exception>
    public static ImportResult Run(string file, string output, ImportOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        ArgumentException.ThrowIfNullOrEmpty(output);
        ArgumentNullException.ThrowIfNull(options);
        RequireOptions(options);
        CheckpointFolder.RequireFree(output);
        using TorchFile torch = TorchFile.Open(file);
        ImportSource source = new(torch, options);
        return torch.Read(() => (ForeignModels.Of(options.From), options.Config) switch
        {
            ({ } model, _) => Import(source, model.Read(source), output),
            (null, { } config) => Import(source, PlainModel.Read(source, config), output),
            _ => PlainTensors.Write(source, output),
        });
    }

    private static void RequireOptions(ImportOptions options)
    {
        (string kind, (ForeignKind _, IReadOnlyList<string> taken)) = Kinds.First(entry => entry.Value.Kind == options.From);
        if (options.Special().FirstOrDefault(option => option.IsGiven && !taken.Contains(option.Name)) is { Name: { } name })
        {
            throw new InputException($"--{name} has no effect on checkpoints of {kind}.");
        }

        if (options.Weights is not (DType.Float32 or DType.BFloat16))
        {
            throw new InputException($"Weights are written as Float32 or BFloat16, not as {options.Weights}.");
        }
    }

    private static ImportResult Import(ImportSource source, ImportedModel imported, string output)
    {
        StateDictionary state = imported.Plan.State;
        WeightFiller.RequireMatch(source, imported.Shapes(), imported.Plan);
        Module network = imported.Create();
        WeightFiller.Fill(source, network, imported.Plan);
        if (source.Options.Weights == DType.BFloat16)
        {
            network.RoundWeights();
        }

        TrainedModel model = imported.Wrap(network);
        model.SaveNew(output);
        IEnumerable<string> types = imported.Plan.Rules.Values.Select(rule => rule.Theirs).OfType<string>()
            .Select(name => state.Get(name)!.Type.Name()).Distinct().Order(StringComparer.Ordinal);
        return new ImportResult(model.ParameterCount, string.Join(", ", types), [.. state.Ignored], source.Notes) { Model = model };
    }
}
