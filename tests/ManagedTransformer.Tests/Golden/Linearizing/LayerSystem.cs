using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden.Llama;

namespace ManagedTransformer.Tests.Golden.Linearizing;

internal sealed class LayerSystem : IGoldenSystem
{
    public string Name => "layer";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        TransformerLayer layer = LlamaModels.Layer(LinearizingModels.Config(test));
        LinearizingModels.Adapt(test, layer, name => name.Replace("attn.", "", StringComparison.Ordinal));
        LinearizedSelfAttention attention = (LinearizedSelfAttention)layer.Attention;
        check.Load(attention);
        Tensor x = check.Input("x"), packed = attention.Softmax.Project(x, LlamaModels.Positions(test));
        Tensor y = attention.Join(attention.Attend(packed, null));
        (Tensor query, Tensor key, Tensor _) = attention.Softmax.Split(packed);
        check.Compare("out/y", y);
        check.Compare("out/weights", attention.Hybrid.Weights(query, key, null));
        check.Differentiate(("y", y));
        check.CompareGradients(attention);
        check.CompareInputGradient("x", x);
    }
}
