using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class SequenceTrainingSystem : IGoldenSystem
{
    public string Name => "train";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        EncoderDecoderModel model = SequenceModels.Build(check);
        Tensor source = test.Integers("in/src_tokens"), previous = test.Integers("in/prev_output_tokens"),
            target = test.Integers("in/target");
        CrossEntropyOptions means = SequenceModels.Sums(test.Config) with { Sum = false };
        SequenceModels.Train(check, model, step =>
            model.TrainingLoss(Batch(source, step), Batch(previous, step), Batch(target, step), ForwardContext.Inference, means).Total);
    }

    private static Tensor Batch(Tensor batches, int step) => batches.Slice(0, step, 1).Reshape(batches.Shape.Without(0));
}
