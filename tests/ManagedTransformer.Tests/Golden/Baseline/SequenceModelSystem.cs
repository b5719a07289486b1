using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class SequenceModelSystem : IGoldenSystem
{
    public string Name => "seq2seq";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor source = test.Integers("in/src_tokens"), previous = test.Integers("in/prev_output_tokens"),
            target = test.Integers("in/target");
        CrossEntropyOptions sums = SequenceModels.Sums(test.Config);

        // With the logits.
        EncoderDecoderModel model = SequenceModels.Build(check);
        EncoderOutput memory = model.Encode(source, ForwardContext.Inference);
        Tensor logits = model.Forward(memory, previous, ForwardContext.Inference);
        check.Compare("out/encoder_out", memory.States);
        check.Compare("out/logits", logits);
        Compare(check, model, logits.CrossEntropy(target, sums with { IgnoredTarget = model.Config.PaddingIdx }));

        // Fused with the projection, as training computes it.
        model = SequenceModels.Build(check);
        Compare(check, model, model.Loss(source, previous, target, ForwardContext.Inference, sums));
    }

    private static void Compare(GoldenCheck check, EncoderDecoderModel model, CrossEntropyResult result)
    {
        check.Compare("out/loss", result.Loss);
        check.Compare("out/nll_loss", result.NegativeLogLikelihood);
        check.Differentiate(("loss", result.Loss));
        check.CompareGradients(model);
    }
}
