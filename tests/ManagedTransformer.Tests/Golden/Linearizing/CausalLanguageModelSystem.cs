using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden.Llama;

namespace ManagedTransformer.Tests.Golden.Linearizing;

internal sealed class CausalLanguageModelSystem : IGoldenSystem
{
    private const int Ignored = -100;

    public string Name => "causal_lm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        CausalLanguageModel model = LinearizingModels.Build(test, check);
        Tensor hidden = LlamaModels.Hidden(model, test.Integers("in/tokens"), LlamaModels.Mask(test));
        CrossEntropyOptions options = new() { IgnoredTarget = Ignored };
        Tensor loss = model.Output.Loss(hidden, test.Integers("in/target"), options, ForwardContext.Inference).Loss;
        check.Compare("out/logits", model.Output.Scores(hidden));
        check.Compare("out/loss", loss);
        check.Differentiate(("loss", loss));
        check.CompareGradients(model);
    }
}
