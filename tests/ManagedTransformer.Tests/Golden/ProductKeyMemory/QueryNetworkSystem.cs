using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

internal sealed class QueryNetworkSystem : IGoldenSystem
{
    public string Name => "query_network";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        QueryNetwork network = new(ProductKeyMemoryFamily.Memory(test.Config), test.Config.Int("input_dim"), new RandomSource(1));
        check.Load(network);
        Tensor x = check.Input("x"),
            query = network.Forward(x, ProductKeyMemoryFamily.Context(test.Config), test.OptionalFloats("in/mask"));
        check.Compare("out/query", query);
        ProductKeyMemoryFamily.CompareBuffers(check, network);
        check.Differentiate(("query", query));
        check.CompareInputGradient("x", x);
        check.CompareGradients(network);
    }
}
