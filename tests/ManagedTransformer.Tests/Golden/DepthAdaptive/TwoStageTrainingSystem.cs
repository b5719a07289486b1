using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden.Baseline;

namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

/// <summary>The exits first, then the exit classifier with them, on one batch.</summary>
internal sealed class TwoStageTrainingSystem : IGoldenSystem
{
    public string Name => "train";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor source = test.Integers("in/src_tokens"), previous = test.Integers("in/prev_output_tokens"),
            target = test.Integers("in/target");
        EncoderDecoderModel model = DepthModels.Build(check);
        CrossEntropyOptions means = DepthModels.Sums(test.Config) with { Sum = false };
        int first = test.Config.Int("stage1_steps");
        float alpha = test.Config.Float("alpha", 0);
        List<double> exits = [];
        SequenceModels.Train(check, model, step =>
        {
            model.Config.Exits!.Alpha = step < first ? 0 : alpha;
            if (step >= first)
            {
                DepthLoss loss = DepthModels.Aligned(model, source, previous, target, means, withExits: true);
                exits.AddRange(loss.Exits!.Select(exit => (double)exit));
            }

            return model.TrainingLoss(source, previous, target, ForwardContext.Inference, means).Total;
        });
        check.Compare("out/exits", exits);
    }
}
