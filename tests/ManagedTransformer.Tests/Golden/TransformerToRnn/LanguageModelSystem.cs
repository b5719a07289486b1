using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>Language models whose layers are converted, wholly or in part, or not.</summary>
internal sealed class LanguageModelSystem : IGoldenSystem
{
    public string Name => "lm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor tokens = test.Integers("in/tokens"), target = test.Integers("in/target");
        CausalLanguageModel model = T2RModels.Build(check, tokens.Shape[1]);
        Tensor logits = model.Forward(tokens, ForwardContext.Inference);
        check.Compare("out/logits", logits);
        CrossEntropyResult result = logits.CrossEntropy(target, new CrossEntropyOptions { IgnoredTarget = model.Config.PaddingIdx });
        check.Compare("out/loss", result.Loss);
        check.Differentiate(("loss", result.Loss), ("logits", logits));
        check.CompareGradients(model);

        // Fused with the projection, as training computes it.
        check.Compare("out/loss", model.Loss(tokens, target, ForwardContext.Inference).Loss);
    }
}
