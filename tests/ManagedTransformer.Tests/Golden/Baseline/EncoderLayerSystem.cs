using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class EncoderLayerSystem : IGoldenSystem
{
    public string Name => "encoder_layer";

    /// <summary>Sizes of a layer as the config gives them.</summary>
    public static TransformerLayerOptions Options(GoldenConfig config) => new()
    {
        Dim = config.Int("dim"),
        Heads = config.Int("heads"),
        FeedForward = config.Int("ffn"),
        Activation = config.Activation(),
        PreNorm = config.Bool("pre_norm", false),
        Bias = config.Bool("bias", true),
    };

    public void Run(GoldenCase test, GoldenCheck check)
    {
        TransformerLayer layer = new(Options(test.Config), new RandomSource(1));
        check.Load(layer);
        Tensor x = check.Input("x");
        AttentionMask mask = new(Causal: test.Config.Bool("causal", false), KeyPadding: test.OptionalFloats("in/padding_mask"));
        Tensor y = layer.Forward(x, mask, ForwardContext.Inference);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareInputGradient("x", x);
        check.CompareGradients(layer);
    }
}
