using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

internal sealed class MixedLossSystem : IGoldenSystem
{
    public string Name => "mixed_loss";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor source = test.Integers("in/src_tokens"), previous = test.Integers("in/prev_output_tokens"),
            target = test.Integers("in/target");
        EncoderDecoderModel model = DepthModels.Build(check);
        int[][] paths = [.. test.IntegerValues("in/exits").Chunk((int)target.Count)];
        EncoderOutput memory = model.Encode(source, ForwardContext.Inference);
        check.Compare("out/hidden", DepthModels.Stack(paths.Select(exits =>
            DepthModels.Stack(DepthModels.MixedStates(model, memory, previous, exits)))));
        Tensor loss = DepthModels.Mixed(model, memory, previous, target, paths, DepthModels.Sums(test.Config)).Decoder;
        check.Compare("out/loss", loss);
        check.Differentiate(("loss", loss));
        check.CompareGradients(model);
    }
}
