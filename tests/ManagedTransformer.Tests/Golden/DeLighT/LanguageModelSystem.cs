using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DeLighT;

internal sealed class LanguageModelSystem : IGoldenSystem
{
    public string Name => "lm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor tokens = test.Integers("in/tokens"), target = test.Integers("in/target");
        CausalLanguageModel model = new(DelightModels.LanguageModel(test.Config, tokens.Shape[1]), new RandomSource(1));
        check.Load(model);
        check.CompareValues("parameters", [model.Config.ParameterCount], [model.Parameters().Sum(named => named.Parameter.Count)]);
        Tensor hidden = model.Hidden(tokens, ForwardContext.Inference), scores = model.Output.Scores(hidden);
        CrossEntropyOptions sums = new() { Sum = true, IgnoredTarget = model.Config.PaddingIdx };
        Tensor loss = model.Output.Loss(hidden, target, sums).Loss;
        check.CompareOptional("out/features", () => hidden);
        string name = test.Has("out/log_prob") ? "log_prob" : "logits";
        check.Compare("out/" + name, scores);
        check.Compare("out/loss", loss);
        check.Differentiate(("features", hidden), (name, scores), ("loss", loss));
        check.CompareGradients(model);
    }
}
