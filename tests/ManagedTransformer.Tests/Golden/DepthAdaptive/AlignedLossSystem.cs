using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

internal sealed class AlignedLossSystem : IGoldenSystem
{
    public string Name => "aligned_loss";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor source = test.Integers("in/src_tokens"), previous = test.Integers("in/prev_output_tokens"),
            target = test.Integers("in/target");
        EncoderDecoderModel model = DepthModels.Build(check);
        IReadOnlyList<Tensor> states = DepthModels.States(model, model.Encode(source, ForwardContext.Inference), previous);
        check.Compare("out/hidden", DepthModels.Stack(states));
        check.Compare("out/logits", DepthModels.Stack(states.Select((state, layer) => DepthModels.Scores(model, layer, state))));

        CrossEntropyOptions sums = DepthModels.Sums(test.Config);
        DepthLoss loss = DepthModels.Aligned(model, source, previous, target, sums, withExits: false);
        check.Compare("out/ll", DepthModels.Stack(loss.LogLikelihoods));
        Tensor total = model.TrainingLoss(source, previous, target, ForwardContext.Inference, sums).Total;
        check.Compare("out/loss", total);
        check.Differentiate(("loss", total));
        check.CompareGradients(model);
    }
}
