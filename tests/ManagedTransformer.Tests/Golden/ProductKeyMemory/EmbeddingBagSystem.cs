using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

internal sealed class EmbeddingBagSystem : IGoldenSystem
{
    public string Name => "embedding_bag";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        foreach (bool sparse in new[] { true, false })
        {
            Parameter table = new(test.Floats("param/values.weight"));
            Tensor weights = check.Input("weights"), y = table.EmbeddingBag(test.Integers("in/indices"), weights, sparse);
            check.Compare("out/y", y);
            check.Differentiate(("y", y));
            check.CompareInputGradient("weights", weights);
            check.Compare("grad/param/values.weight", sparse ? table.RowGradient!.ToDense() : table.Gradient!);
        }
    }
}
