using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>The weights of a Llama folder into a network and back.</summary>
internal static class LlamaWeights
{
    // Frequencies, which older exports keep beside the weights.
    private const string Frequencies = "rotary_emb.inv_freq";

    /// <summary>
    /// Requires exactly the tensors of a model. Frequencies and an output projection that repeats the tied table do not count.
    /// </summary>
    /// <param name="file">The weights.</param>
    /// <param name="network">The model, of which only names and shapes count.</param>
    /// <exception cref="InputException">A tensor is missing, surplus, of another shape or of integers.</exception>
    public static void RequireMatch(SafetensorsShards file, CausalLanguageModel network)
    {
        Dictionary<string, SafetensorsEntry> entries = ByName(file);
        foreach (NamedParameter named in network.Parameters())
        {
            string name = LlamaNames.Of(named.Name);
            if (!entries.Remove(name, out SafetensorsEntry? entry))
            {
                throw new InputException($"{file.Name}: the tensor '{name}' of the shape {named.Parameter.Shape} is missing.");
            }

            file.Require(entry, Sizes(named.Parameter));
        }

        if (network.Config.Tie && entries.Remove(LlamaNames.Output, out SafetensorsEntry? output))
        {
            file.Require(output, Sizes(network.Embedding.Weight!));
        }

        if (entries.Values.FirstOrDefault(entry => !entry.Name.EndsWith(Frequencies, StringComparison.Ordinal)) is { } surplus)
        {
            throw new InputException(
                $"{file.Name}: the model has no place for the tensor '{surplus.Name}' of the shape [{string.Join(", ", surplus.Shape)}].");
        }
    }

    /// <summary>Overwrites all parameters of a network from files that match it.</summary>
    /// <param name="file">The weights.</param>
    /// <param name="network">The model.</param>
    /// <exception cref="InputException">A file cannot be read, or a tied model has an output projection of its own.</exception>
    public static void Read(SafetensorsShards file, CausalLanguageModel network)
    {
        using NoGradientScope _ = new();
        Dictionary<string, SafetensorsEntry> entries = ByName(file);
        file.Read(network, parameter => entries[LlamaNames.Of(parameter)].Name);

        if (network.Config.Tie && entries.TryGetValue(LlamaNames.Output, out SafetensorsEntry? output))
        {
            file.RequireTied(output.Name, network.Embedding.Weight!, LlamaNames.Embedding);
        }
    }

    /// <summary>Writes the weights in float32.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">The model.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, CausalLanguageModel network) => ModuleWeights.Save(
        network.Parameters().Select(named => new NamedBuffer(LlamaNames.Of(named.Name), named.Parameter)),
        path,
        new Dictionary<string, string> { ["format"] = "pt" });

    // A folder that was saved from the model without its output projection lacks the prefix.
    private static Dictionary<string, SafetensorsEntry> ByName(SafetensorsShards file)
    {
        bool hasPrefix = file.Entries.Any(entry => entry.Name.StartsWith(LlamaNames.Prefix, StringComparison.Ordinal));
        return file.Entries.ToDictionary(
            entry => hasPrefix || entry.Name == LlamaNames.Output ? entry.Name : LlamaNames.Prefix + entry.Name);
    }

    private static long[] Sizes(Tensor tensor) => [.. tensor.Shape.ToArray().Select(size => (long)size)];
}
