using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden.Baseline;

namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>Encoder-decoder models whose decoders attend linearly.</summary>
internal sealed class TranslationModelSystem : IGoldenSystem
{
    public string Name => "seq2seq";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        EncoderDecoderModel model = T2RModels.BuildTranslation(check);
        check.CompareValues("parameters", [model.Config.ParameterCount], [model.Parameters().Sum(named => named.Parameter.Count)]);
        EncoderOutput memory = model.Encode(test.Integers("in/src_tokens"), ForwardContext.Inference);
        Tensor logits = model.Forward(memory, test.Integers("in/prev_output_tokens"), ForwardContext.Inference);
        CrossEntropyResult result = logits.CrossEntropy(test.Integers("in/target"), SequenceModels.Sums(test.Config) with
        {
            IgnoredTarget = model.Config.PaddingIdx,
        });
        check.Compare("out/encoder_out", memory.States);
        check.Compare("out/logits", logits);
        check.Compare("out/loss", result.Loss);
        check.Compare("out/nll_loss", result.NegativeLogLikelihood);
        check.Differentiate(("logits", logits), ("loss", result.Loss));
        check.CompareGradients(model);
    }
}
