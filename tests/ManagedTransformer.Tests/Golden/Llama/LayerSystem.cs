using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Llama;

internal sealed class LayerSystem : IGoldenSystem
{
    public string Name => "layer";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        TransformerLayer layer = LlamaModels.Layer(LlamaModels.Config(test));
        check.Load(layer);
        Tensor x = check.Input("x"), y = layer.Forward(x, LlamaModels.Mask(test), ForwardContext.Inference);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareGradients(layer);
        check.CompareInputGradient("x", x);
    }
}
