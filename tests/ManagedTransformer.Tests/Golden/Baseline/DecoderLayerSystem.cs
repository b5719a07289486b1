using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class DecoderLayerSystem : IGoldenSystem
{
    public string Name => "decoder_layer";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        TransformerLayerOptions options = EncoderLayerSystem.Options(test.Config);
        DecoderLayer layer = new(options, test.Config.Int("memory_dim", options.Dim), new RandomSource(1));
        check.Load(layer);
        Tensor x = check.Input("x"), memory = check.Input("memory");
        Tensor y = layer.Forward(x, memory, test.OptionalFloats("in/padding_mask"), test.OptionalFloats("in/memory_padding_mask"),
            ForwardContext.Inference);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareInputGradient("x", x);
        check.CompareInputGradient("memory", memory);
        check.CompareGradients(layer);
    }
}
