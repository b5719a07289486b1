using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DeLighT;

internal sealed class TranslationSystem : IGoldenSystem
{
    public string Name => "nmt";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor source = test.Integers("in/source"), previous = test.Integers("in/previous"), target = test.Integers("in/target");
        EncoderDecoderModel model = new(DelightModels.Translation(test.Config, Math.Max(source.Shape[1], previous.Shape[1])),
            new RandomSource(1));
        check.Load(model);
        check.CompareValues("parameters", [model.Config.ParameterCount], [model.Parameters().Sum(named => named.Parameter.Count)]);
        Tensor hidden = model.Decoder.Forward(previous, model.Encode(source, ForwardContext.Inference), ForwardContext.Inference),
            logits = model.Decoder.Output.Scores(hidden);
        CrossEntropyOptions options = new()
        {
            Sum = true,
            Smoothing = test.Config.Float("label_smoothing", 0),
            Mode = LabelSmoothing.SpreadAll,
            IgnoredTarget = model.Config.PaddingIdx,
        };
        Tensor loss = logits.CrossEntropy(target, options).Loss;
        check.Compare("out/logits", logits);
        check.Compare("out/loss", loss);
        check.CompareValues("fused loss", [loss.Item()],
            [model.Loss(source, previous, target, ForwardContext.Inference, options).Loss.Item()], allowed: 1e-5);
        check.Differentiate(("logits", logits), ("loss", loss));
        check.CompareGradients(model);
    }
}
