using ManagedTransformer.Modules;

namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>Records the use of every product-key memory of a model over evaluation passes.</summary>
internal sealed class MemoryUsageObserver : IForwardObserver
{
    private readonly Dictionary<ProductKeyMemory, MemoryUsage> _usages = new(ReferenceEqualityComparer.Instance);

    /// <summary>The use of every memory that was read.</summary>
    public IReadOnlyDictionary<ProductKeyMemory, MemoryUsage> Usages => _usages;

    /// <inheritdoc/>
    public void Observe(Module part, object choice)
    {
        if (part is not ProductKeyMemory layer || choice is not MemoryRead read)
        {
            return;
        }

        if (!_usages.TryGetValue(layer, out MemoryUsage? usage))
        {
            _usages[layer] = usage = new MemoryUsage(layer.Config);
        }

        usage.Add(read.Indices, read.Weights);
    }
}
