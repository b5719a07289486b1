using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Conversion;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>Two cases with the same weights before and after the conversion.</summary>
public sealed class ConversionPairTests
{
    [Fact]
    public void ConvertingTheFirstGivesTheSecond()
    {
        GoldenCase before = Case("lm_two_layers_softmax"), after = Case("lm_two_layers_converted");
        Tensor tokens = after.Integers("in/tokens");
        CausalLanguageModel source = T2RModels.Build(new GoldenCheck(before, 0), tokens.Shape[1]);
        ConvertedNetwork result = T2R.Convert(source, new T2ROptions { Linear = T2RModels.Config(after.Config, tokens.Shape[1]).Linear! });
        Assert.Equal(
            ["layers.0.attn.feature.weight", "layers.0.attn.feature.bias", "layers.1.attn.feature.weight", "layers.1.attn.feature.bias"],
            result.NewTensors);
        foreach (NamedParameter named in result.Model.Parameters().Where(named => result.NewTensors.Contains(named.Name)))
        {
            named.Parameter.Assign(after.Floats("param/" + named.Name));
        }

        Assert.All(after.Values("out/logits").Zip(result.Model.Forward(tokens, ForwardContext.Inference).ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 2e-5));
        Assert.All(before.Values("out/logits").Zip(source.Forward(tokens, ForwardContext.Inference).ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 2e-5));
    }

    private static GoldenCase Case(string name) => new(Path.Combine(GoldenFiles.Root, "tests", "golden", "t2r", name + ".safetensors"));
}
