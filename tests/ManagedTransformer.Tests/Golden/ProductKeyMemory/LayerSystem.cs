using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Tensors;
using Memory = ManagedTransformer.Architectures.ProductKeyMemory.ProductKeyMemory;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

/// <summary>The whole layer, with the gradient of the values as a list of rows and as a whole table.</summary>
internal sealed class LayerSystem(string name) : IGoldenSystem
{
    public string Name => name;

    public void Run(GoldenCase test, GoldenCheck check)
    {
        foreach (bool sparse in new[] { true, false })
        {
            ProductKeyMemoryConfig config = ProductKeyMemoryFamily.Memory(test.Config) with { SparseValues = sparse };
            Memory memory = new(config, test.Config.Int("input_dim"), new RandomSource(1));
            check.Load(memory);
            Tensor x = check.Input("x");
            MemoryRead read = memory.Read(x, ProductKeyMemoryFamily.Context(test.Config), test.OptionalFloats("in/mask"));
            check.Compare("out/y", read.Output);
            check.Compare("out/indices", read.Indices);
            check.Compare("out/weights", read.Weights);
            ProductKeyMemoryFamily.CompareBuffers(check, memory);
            check.Differentiate(("y", read.Output), ("weights", read.Weights));
            check.CompareInputGradient("x", x);
            check.CompareGradients(memory);
        }
    }
}
