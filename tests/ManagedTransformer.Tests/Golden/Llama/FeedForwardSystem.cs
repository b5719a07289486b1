using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Llama;

internal sealed class FeedForwardSystem : IGoldenSystem
{
    public string Name => "feed_forward";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        PositionwiseModule feedForward = LlamaModels.Layer(LlamaModels.Config(test)).Positionwise!;
        check.Load(feedForward);
        Tensor x = check.Input("x"), y = feedForward.Forward(x, ForwardContext.Inference);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareGradients(feedForward);
        check.CompareInputGradient("x", x);
    }
}
