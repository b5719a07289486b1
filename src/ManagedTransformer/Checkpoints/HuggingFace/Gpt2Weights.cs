using System.Text.RegularExpressions;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>The weights of a GPT-2 folder into a network and back.</summary>
internal static partial class Gpt2Weights
{
    private const string Prefix = "transformer.";

    /// <summary>
    /// Requires exactly the tensors of a model. Masks, which older files keep beside the weights, and an output projection that repeats the
    /// tied embedding table do not count; where the table itself is missing, the output projection of a tied model stands for it.
    /// </summary>
    /// <exception cref="InputException">A tensor is missing, surplus, of another shape or of integers.</exception>
    public static void RequireMatch(SafetensorsShards file, LanguageModelConfig config)
    {
        Dictionary<string, SafetensorsEntry> entries = ByPlainName(file, config);
        foreach (Gpt2Tensor tensor in Gpt2Tensor.All(config))
        {
            if (!entries.Remove(tensor.Name, out SafetensorsEntry? entry))
            {
                throw new InputException($"{file.Name}: the tensor '{tensor.Name}' of the shape {Describe(tensor.Shape)} is missing.");
            }

            file.Require(entry, tensor.Shape);
        }

        if (config.Tie && entries.Remove(Gpt2Tensor.Output, out SafetensorsEntry? output))
        {
            file.Require(output, [config.Vocab, config.Dim]);
        }

        if (entries.Values.FirstOrDefault(entry => !Buffer().IsMatch(entry.Name)) is { } surplus)
        {
            throw new InputException(
                $"{file.Name}: the model has no place for the tensor '{surplus.Name}' of the shape {Describe(surplus.Shape)}.");
        }
    }

    /// <summary>Overwrites all parameters of a network from files that match its model.</summary>
    /// <exception cref="InputException">A file cannot be read, or a tied model has an output projection of its own.</exception>
    public static void Read(SafetensorsShards file, CausalLanguageModel network)
    {
        using NoGradientScope _ = new();
        Dictionary<string, SafetensorsEntry> entries = ByPlainName(file, network.Config);
        foreach (Gpt2Tensor tensor in Gpt2Tensor.All(network.Config))
        {
            Tensor value = file.Read(entries[tensor.Name].Name);
            tensor.Assign(value, network);
            value.Release();
        }

        if (network.Config.Tie && entries.TryGetValue(Gpt2Tensor.Output, out SafetensorsEntry? output))
        {
            file.RequireTied(output.Name, network.Embedding.Weight!, Gpt2Tensor.Embedding);
        }
    }

    /// <summary>Writes the weights under the names that GPT-2 with an output projection has.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, CausalLanguageModel network)
    {
        using NoGradientScope _ = new();
        ModuleWeights.Save(
            Gpt2Tensor.All(network.Config).Select(tensor => new Modules.NamedBuffer(
                tensor.Name == Gpt2Tensor.Output ? tensor.Name : Prefix + tensor.Name, tensor.From(network))),
            path,
            new Dictionary<string, string> { ["format"] = "pt" });
    }

    private static Dictionary<string, SafetensorsEntry> ByPlainName(SafetensorsShards file, LanguageModelConfig config)
    {
        Dictionary<string, SafetensorsEntry> entries = [];
        foreach (SafetensorsEntry entry in file.Entries)
        {
            string name = entry.Name.StartsWith(Prefix, StringComparison.Ordinal) ? entry.Name[Prefix.Length..] : entry.Name;
            if (!entries.TryAdd(name, entry))
            {
                throw new InputException($"{file.Name}: the tensor '{name}' occurs both with and without the prefix '{Prefix}'.");
            }
        }

        // Writers that keep a shared tensor once may keep it under its other name.
        if (config.Tie && !entries.ContainsKey(Gpt2Tensor.Embedding) && entries.Remove(Gpt2Tensor.Output, out SafetensorsEntry? output))
        {
            entries.Add(Gpt2Tensor.Embedding, output);
        }

        return entries;
    }

    private static string Describe(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    // The causal mask and the score of hidden positions.
    [GeneratedRegex(@"^(transformer\.)?h\.\d+\.attn\.(bias|masked_bias)$", RegexOptions.CultureInvariant)]
    private static partial Regex Buffer();
}
