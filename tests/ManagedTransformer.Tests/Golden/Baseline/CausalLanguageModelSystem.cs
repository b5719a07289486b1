using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class CausalLanguageModelSystem : IGoldenSystem
{
    public string Name => "causal_lm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor tokens = test.Integers("in/tokens"), target = test.Integers("in/target");

        // With the logits.
        CausalLanguageModel model = Build(test, check, tokens.Shape[1]);
        Tensor logits = model.Forward(tokens, ForwardContext.Inference);
        check.Compare("out/logits", logits);
        CrossEntropyResult result = logits.CrossEntropy(target, new CrossEntropyOptions { IgnoredTarget = model.Config.PaddingIdx });
        CompareLoss(check, result);
        check.Differentiate(("loss", result.Loss), ("logits", logits));
        check.CompareGradients(model);

        // Fused with the projection, as training computes it.
        model = Build(test, check, tokens.Shape[1]);
        result = model.Loss(tokens, target, ForwardContext.Inference);
        CompareLoss(check, result);
        if (!test.Has("cot/logits"))
        {
            check.Differentiate(("loss", result.Loss));
            check.CompareGradients(model);
        }
    }

    private static CausalLanguageModel Build(GoldenCase test, GoldenCheck check, int length)
    {
        GoldenConfig config = test.Config;
        CausalLanguageModel model = new(
            new LanguageModelConfig
            {
                Vocab = config.Int("vocab"),
                Dim = config.Int("dim"),
                Layers = config.Int("layers"),
                Heads = config.Int("heads"),
                Ffn = config.Int("ffn"),
                Activation = config.Activation(),
                PreNorm = config.Bool("pre_norm", true),
                Tie = config.Bool("tie", true),
                Positions = config.Positions(),
                MaxPositions = EmbeddingSystem.MaxPositions(test, length, config.Padding()),
                PaddingIdx = config.Padding(),
                ScaleEmbedding = config.Bool("scale_embedding", true),
                Bias = config.Bool("bias", true),
            },
            new RandomSource(1));
        check.Load(model);
        return model;
    }

    private static void CompareLoss(GoldenCheck check, CrossEntropyResult result)
    {
        LanguageModelMetrics metrics = new(result.NegativeLogLikelihood.Item(), result.Targets);
        check.Compare("out/loss", result.Loss);
        check.CompareOptional("out/nll_sum", () => result.NegativeLogLikelihood);
        check.CompareOptional("out/perplexity", () => Tensor.Scalar((float)metrics.Perplexity));
        check.CompareOptional("out/bits_per_token", () => Tensor.Scalar((float)metrics.BitsPerToken));
    }
}
