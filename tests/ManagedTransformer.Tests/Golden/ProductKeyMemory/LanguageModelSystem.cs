using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

/// <summary>A language model with memories, in training and in evaluation.</summary>
internal sealed class LanguageModelSystem : IGoldenSystem
{
    public string Name => "transformer_lm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        foreach (bool sparse in new[] { true, false })
        {
            MemoryLanguageModel model = new(test.Config, sparse);
            check.Load(model);
            (Tensor loss, Tensor logits) = model.Forward(test.Integers("in/tokens"), ProductKeyMemoryFamily.Context(test.Config));
            check.Compare("out/loss", loss);
            check.Compare("out/logits", logits);
            ProductKeyMemoryFamily.CompareBuffers(check, model);
            check.Differentiate(("loss", loss));
            check.CompareGradients(model);
        }
    }
}
