using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>Converted language models with fairseq's adaptive input and softmax.</summary>
internal sealed class AdaptiveLanguageModelSystem : IGoldenSystem
{
    public string Name => "adaptive_lm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor tokens = test.Integers("in/tokens"), target = test.Integers("in/target");
        CausalLanguageModel model = T2RModels.Build(check, tokens.Shape[1]);
        Tensor hidden = model.Hidden(tokens, ForwardContext.Inference), logProbabilities = model.Output.Scores(hidden);
        check.Compare("out/log_probs", logProbabilities);
        CrossEntropyResult result = model.Output.Loss(hidden, target, new CrossEntropyOptions { IgnoredTarget = model.Config.PaddingIdx });
        check.Compare("out/loss", result.Loss);
        check.Differentiate(("loss", result.Loss), ("log_probs", logProbabilities));
        check.CompareGradients(model);
    }
}
