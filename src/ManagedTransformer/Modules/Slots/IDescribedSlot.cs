using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Modules.Slots;

/// <summary>A mechanism that knows facts about a model from its configuration, its weights or its last evaluation.</summary>
internal interface IDescribedSlot : ISlot
{
    /// <summary>The facts; null where nothing is known.</summary>
    /// <param name="model">The model.</param>
    MechanismReport? Describe(ModelFacts model);
}
