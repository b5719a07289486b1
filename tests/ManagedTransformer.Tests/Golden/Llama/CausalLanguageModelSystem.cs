using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Llama;

internal sealed class CausalLanguageModelSystem : IGoldenSystem
{
    private const int Ignored = -100;

    public string Name => "causal_lm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor tokens = test.Integers("in/tokens"), target = test.Integers("in/target");
        CrossEntropyOptions options = new() { IgnoredTarget = Ignored };

        // With the logits.
        CausalLanguageModel model = Build(test, check);
        Tensor logits = model.Output.Scores(LlamaModels.Hidden(model, tokens, LlamaModels.Mask(test)));
        Tensor loss = logits.CrossEntropy(target, options).Loss;
        check.Compare("out/logits", logits);
        check.Compare("out/loss", loss);
        check.Differentiate(("loss", loss), ("logits", logits));
        check.CompareGradients(model);

        // Fused with the projection, as training computes it.
        model = Build(test, check);
        loss = model.Output.Loss(
            LlamaModels.Hidden(model, tokens, LlamaModels.Mask(test)), target, options, ForwardContext.Inference).Loss;
        check.Compare("out/loss", loss);
        if (!test.Has("cot/logits"))
        {
            check.Differentiate(("loss", loss));
            check.CompareGradients(model);
        }

        if (!test.Has("in/key_padding_mask"))
        {
            check.Compare("out/logits", model.Forward(tokens, ForwardContext.Inference));
        }
    }

    private static CausalLanguageModel Build(GoldenCase test, GoldenCheck check)
    {
        CausalLanguageModel model = new(LlamaModels.Config(test), new RandomSource(1));
        check.Load(model);
        return model;
    }
}
