using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Outputs;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Modules;

/// <summary>Checkpoints rely on names and their order.</summary>
public sealed class ParameterNameTests
{
    private static readonly string[] _layer =
    [
        "attn.query.weight", "attn.query.bias", "attn.key.weight", "attn.key.bias", "attn.value.weight", "attn.value.bias",
        "attn.out.weight", "attn.out.bias", "norm1.weight", "norm1.bias", "ffn.fc1.weight", "ffn.fc1.bias", "ffn.fc2.weight",
        "ffn.fc2.bias", "norm2.weight", "norm2.bias",
    ];

    [Fact]
    public void OfALanguageModel()
    {
        CausalLanguageModel model = new(
            new LanguageModelConfig
            {
                Vocab = 11,
                Dim = 4,
                Layers = 2,
                Heads = 2,
                Tie = false,
                Positions = PositionKind.Learned,
                MaxPositions = 5,
                EmbeddingNorm = true,
            },
            new RandomSource(1));
        string[] expected =
        [
            "embed.weight", "positions.weight", "embed_norm.weight", "embed_norm.bias",
            .. _layer.Select(name => $"layers.0.{name}"), .. _layer.Select(name => $"layers.1.{name}"),
            "norm.weight", "norm.bias", "output.weight",
        ];
        Assert.Equal(expected, model.Parameters().Select(named => named.Name));
        Assert.Empty(model.Buffers());
    }

    [Fact]
    public void SharedAndAbsentParametersAreLeftOut()
    {
        CausalLanguageModel model = new(
            new LanguageModelConfig
            {
                Vocab = 11,
                Dim = 4,
                Layers = 1,
                Heads = 1,
                PreNorm = false,
                Bias = false,
                Positions = PositionKind.None,
            }, new RandomSource(1));
        string[] biases = [.. _layer.Where(name => name.EndsWith("bias", StringComparison.Ordinal)
            && !name.StartsWith("norm", StringComparison.Ordinal))];
        Assert.Equal(["embed.weight", .. _layer.Except(biases).Select(name => $"layers.0.{name}")],
            model.Parameters().Select(named => named.Name));
        Assert.True(((LinearOutput)model.Output).IsTied);
    }

    [Fact]
    public void OfADecoderLayer()
    {
        TransformerLayer layer = new(new TransformerLayerOptions { Dim = 4, Heads = 2, FeedForward = 6 }, new RandomSource(1), 3);
        string[] names = [.. layer.Parameters().Select(named => named.Name)];
        Assert.Equal(["attn.query.weight", "norm1.weight", "cross_attn.query.weight", "norm2.weight", "ffn.fc1.weight", "ffn.fc2.weight",
            "norm3.weight"],
            names.Where(name => name.EndsWith("norm1.weight", StringComparison.Ordinal)
                || name.EndsWith("query.weight", StringComparison.Ordinal)
                || name.StartsWith("norm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal)
                || name.StartsWith("ffn", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal)));
        Assert.Equal(new Shape(4, 3), ((MultiHeadCrossAttention)layer.Cross!).Key.Weight.Shape);
        Assert.Equal(26, names.Length);
    }
}
