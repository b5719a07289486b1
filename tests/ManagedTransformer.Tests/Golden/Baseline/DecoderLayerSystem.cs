using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class DecoderLayerSystem : IGoldenSystem
{
    public string Name => "decoder_layer";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        TransformerLayerOptions options = EncoderLayerSystem.Options(test.Config);
        TransformerLayer layer = new(options, new RandomSource(1), test.Config.Int("memory_dim", options.Dim));
        check.Load(layer);
        Tensor x = check.Input("x"), memory = check.Input("memory");
        AttentionMask self = new(Causal: true, KeyPadding: test.OptionalFloats("in/padding_mask")),
            cross = new(KeyPadding: test.OptionalFloats("in/memory_padding_mask"));
        Tensor y = layer.Forward(x, self, ForwardContext.Inference, memory, cross);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareInputGradient("x", x);
        check.CompareInputGradient("memory", memory);
        check.CompareGradients(layer);
    }
}
