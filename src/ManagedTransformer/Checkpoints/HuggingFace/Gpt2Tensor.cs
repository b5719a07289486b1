using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Outputs;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>A tensor of GPT-2 and the parameters of our model that it holds.</summary>
/// <param name="Name">The name in files, without the prefix <c>transformer.</c></param>
/// <param name="Shape">The shape in files.</param>
/// <param name="Parts">The parameters; several follow one another along their first axis.</param>
/// <param name="IsTransposed">Whether the file has the transpose, [in, out]: GPT-2's linear maps, there called Conv1D.</param>
internal sealed record Gpt2Tensor(string Name, long[] Shape, Func<CausalLanguageModel, Tensor[]> Parts, bool IsTransposed = false)
{
    /// <summary>The name of the output projection, which tied models lack.</summary>
    public const string Output = "lm_head.weight";

    /// <summary>The name of the embedding table.</summary>
    public const string Embedding = "wte.weight";

    /// <summary>All tensors of a model in the order of the forward pass.</summary>
    /// <param name="config">A model that GPT-2 can express.</param>
    public static IEnumerable<Gpt2Tensor> All(LanguageModelConfig config)
    {
        long dim = config.Dim, inner = config.FeedForward;
        yield return new Gpt2Tensor(Embedding, [config.Vocab, dim], network => [network.Embedding.Weight!]);
        yield return new Gpt2Tensor("wpe.weight", [config.MaxPositions, dim], network => [Positions(network)]);
        for (int i = 0; i < config.Layers; i++)
        {
            int layer = i;
            IEnumerable<Gpt2Tensor> tensors =
            [
                .. Norm($"h.{i}.ln_1", dim, network => network.Layers[layer].Norm1),
                .. Conv1D($"h.{i}.attn.c_attn", dim, 3 * dim, network => QueryKeyValue(network.Layers[layer].Attention)),
                .. Conv1D($"h.{i}.attn.c_proj", dim, dim, network => [network.Layers[layer].Attention.Out]),
                .. Norm($"h.{i}.ln_2", dim, network => network.Layers[layer].Norm2!),
                .. Conv1D($"h.{i}.mlp.c_fc", dim, inner, network => [FeedForward(network, layer).Fc1]),
                .. Conv1D($"h.{i}.mlp.c_proj", inner, dim, network => [FeedForward(network, layer).Fc2]),
            ];
            foreach (Gpt2Tensor tensor in tensors)
            {
                yield return tensor;
            }
        }

        foreach (Gpt2Tensor tensor in Norm("ln_f", dim, network => network.Stack.Norm!))
        {
            yield return tensor;
        }

        if (!config.Tie)
        {
            yield return new Gpt2Tensor(Output, [config.Vocab, dim], network => [((LinearOutput)network.Output).Weight]);
        }
    }

    /// <summary>The tensor as files have it; not contiguous where they have the transpose.</summary>
    public Tensor From(CausalLanguageModel network)
    {
        Tensor[] parts = Parts(network);
        Tensor whole = parts is [Tensor only] ? only : TensorOperators.Concat(0, parts);
        return IsTransposed ? whole.Transpose() : whole;
    }

    /// <summary>Overwrites the parameters of a network.</summary>
    public void Assign(Tensor value, CausalLanguageModel network)
    {
        Tensor whole = IsTransposed ? value.Transpose() : value;
        int start = 0;
        foreach (Tensor part in Parts(network))
        {
            part.Assign(whole.Slice(0, start, part.Shape[0]));
            start += part.Shape[0];
        }
    }

    private static Gpt2Tensor[] Norm(string name, long dim, Func<CausalLanguageModel, Norm> norm) =>
    [
        new($"{name}.weight", [dim], network => [norm(network).Weight]),
        new($"{name}.bias", [dim], network => [((LayerNorm)norm(network)).Bias]),
    ];

    private static Gpt2Tensor[] Conv1D(string name, long inputs, long outputs, Func<CausalLanguageModel, Linear[]> maps) =>
    [
        new($"{name}.weight", [inputs, outputs], network => [.. maps(network).Select(map => map.Weight)], IsTransposed: true),
        new($"{name}.bias", [outputs], network => [.. maps(network).Select(map => map.Bias!)]),
    ];

    private static Linear[] QueryKeyValue(SelfAttention attention) => [attention.Query, attention.Key, attention.Value];

    private static Parameter Positions(CausalLanguageModel network) =>
        ((PositionStage)network.Embedding.Stage).Positions!.Weight!;

    private static FeedForward FeedForward(CausalLanguageModel network, int layer) => (FeedForward)network.Layers[layer].Positionwise!;
}
