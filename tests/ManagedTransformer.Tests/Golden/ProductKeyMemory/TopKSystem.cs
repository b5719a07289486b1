using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

internal sealed class TopKSystem : IGoldenSystem
{
    public string Name => "topk";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor query = check.Input("query");
        Parameter keys = new(test.Floats("param/keys.weight"));
        (Tensor scores, Tensor indices) = query.ProductKeyTopK(keys, test.Config.Int("top_k"));
        check.Compare("out/scores", scores);
        check.Compare("out/indices", indices);
        check.Differentiate(("scores", scores));
        check.CompareInputGradient("query", query);
        check.Compare("grad/param/keys.weight", keys.Gradient!);
    }
}
