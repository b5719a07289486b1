using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>Records over an evaluation what the memories of a model read.</summary>
/// <param name="stack">The model's layers.</param>
internal sealed class MemoryRecorder(LayerStack stack) : IMechanismRecorder
{
    private readonly MemoryUsageObserver _observer = new();

    /// <inheritdoc/>
    public void Observe(Module part, object choice) => _observer.Observe(part, choice);

    /// <inheritdoc/>
    public RecordedReport Report() => new MemoryReport(
    [
        .. stack.Layers
            .SelectMany((layer, index) => new[] { Details(layer.Positionwise, $"{index}"), Details(layer.After, $"{index}+") })
            .OfType<MemoryDetails>(),
    ]);

    private MemoryDetails? Details(Module? module, string position)
    {
        if (module is not ProductKeyMemory memory || !_observer.Usages.TryGetValue(memory, out MemoryUsage? usage))
        {
            return null;
        }

        UsageStatistics statistics = usage.Statistics();
        int heads = memory.Config.Heads;
        return new MemoryDetails
        {
            Position = position,
            Slots = memory.Config.Slots,
            Usage = statistics.Usage,
            Kl = statistics.KlWeighted,
            HeadUsage = [.. Enumerable.Range(0, heads).Select(head => usage.Head(head).Usage)],
            SubKeyUsage = memory.Config.FlatKeys
                ? []
                :
                [
                    .. Enumerable.Range(0, heads)
                        .Select(head => (IReadOnlyList<double>)[usage.HalfKeys(head, 0).Usage, usage.HalfKeys(head, 1).Usage]),
                ],
        };
    }
}
