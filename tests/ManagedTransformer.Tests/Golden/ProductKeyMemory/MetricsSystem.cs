using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

internal sealed class MetricsSystem : IGoldenSystem
{
    public string Name => "metrics";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor indices = test.Integers("in/indices");
        MemoryUsage usage = new(test.Config.Int("slots"), indices.Shape[1]);
        usage.Add(indices, test.Floats("in/weights"));
        UsageStatistics statistics = usage.Statistics();
        check.Compare("out/usage", statistics.Usage);
        check.Compare("out/kl_weighted", statistics.KlWeighted);
        check.Compare("out/kl_count", statistics.KlCount);
        check.Compare("out/gini", statistics.Gini);
        CompareOptional("top50", statistics.Top50);
        CompareOptional("top90", statistics.Top90);
        CompareOptional("top99", statistics.Top99);

        void CompareOptional(string name, double value)
        {
            if (test.Has("out/" + name))
            {
                check.Compare("out/" + name, value);
            }
        }
    }
}
