using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

internal sealed class FullLossSystem : IGoldenSystem
{
    public string Name => "full_loss";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor source = test.Integers("in/src_tokens"), previous = test.Integers("in/prev_output_tokens"),
            target = test.Integers("in/target");
        EncoderDecoderModel model = DepthModels.Build(check);
        CrossEntropyOptions sums = DepthModels.Sums(test.Config);
        DepthLoss parts = DepthModels.Aligned(model, source, previous, target, sums, withExits: true);
        check.Compare("out/exits", [.. parts.Exits!.Select(exit => (double)exit)]);
        check.Compare("out/log_q", parts.LogProbabilities!);
        check.Compare("out/dec_loss", parts.Decoder);
        check.Compare("out/exit_loss", parts.Exit!);

        TrainingLoss loss = model.TrainingLoss(source, previous, target, ForwardContext.Inference, sums);
        check.Compare("out/loss", loss.Total);
        check.Differentiate(("loss", loss.Total));
        check.CompareGradients(model);
    }
}
