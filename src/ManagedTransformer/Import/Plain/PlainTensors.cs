using ManagedTransformer.Checkpoints;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Tensors;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import.Plain;

/// <summary>Tensors under names of their own, as a <c>model.safetensors</c>.</summary>
internal static class PlainTensors
{
    /// <summary>Writes the tensors of a checkpoint into a folder of their own.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="output">The folder, absent or empty.</param>
    /// <exception cref="InputException">There are no tensors, a name is given twice or to none, or the folder is not writable.</exception>
    public static ImportResult Write(ImportSource source, string output)
    {
        if (source.Options.Weights != DType.Float32)
        {
            throw new InputException("--dtype has no effect on plain tensors without --config: every tensor keeps its own.");
        }

        StateDictionary state = StateDictionary.Find(source);
        List<PlainTensor> tensors = [.. Names(source, state).Select(name => new PlainTensor(name.Ours, state.Get(name.Theirs)!))];
        CheckpointFolder.Write(
            output,
            folder => PlainWriter.Write(Path.Combine(folder, CheckpointFolder.ModelFile), tensors, source),
            withManifest: false,
            replace: false);
        IEnumerable<string> types = tensors.Select(tensor => tensor.Tensor.Type.Name()).Distinct().Order(StringComparer.Ordinal);
        return new ImportResult(tensors.Sum(tensor => tensor.Tensor.Count), string.Join(", ", types), [], source.Notes);
    }

    private static IEnumerable<(string Ours, string Theirs)> Names(ImportSource source, StateDictionary state)
    {
        Dictionary<string, string> renamed = [];
        foreach ((string ours, string theirs) in source.Options.Renames)
        {
            if (!state.Has(theirs))
            {
                throw source.Refuse($"it has no tensor '{theirs}', which --rename names");
            }

            if (!renamed.TryAdd(theirs, ours))
            {
                throw source.Refuse($"--rename gives the tensor '{theirs}' two names");
            }
        }

        HashSet<string> names = [];
        foreach (string theirs in state.Names)
        {
            string ours = renamed.GetValueOrDefault(theirs, theirs);
            yield return names.Add(ours) ? (ours, theirs) : throw source.Refuse($"two tensors would get the name '{ours}' (--rename)");
        }
    }
}
