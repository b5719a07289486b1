using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Modules.Slots;

/// <summary>What the mechanisms of a model have to tell.</summary>
internal static class SlotReports
{
    /// <summary>The reports of those that have one.</summary>
    /// <param name="slots">The mechanisms in use.</param>
    /// <param name="model">What is known about the model.</param>
    public static IReadOnlyList<MechanismReport> Describe(this IEnumerable<ISlot> slots, ModelFacts model) =>
        [.. slots.OfType<IDescribedSlot>().Select(slot => slot.Describe(model)).OfType<MechanismReport>()];
}
