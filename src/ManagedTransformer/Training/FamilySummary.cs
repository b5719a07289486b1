using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Training;

/// <summary>What a family tells of a recipe or a model that is not loaded.</summary>
/// <param name="Architecture">Which kind of model.</param>
/// <param name="Configuration">The recipe or the description as JSON, every value written out.</param>
/// <param name="Shapes">The model with names and shapes of its parameters and without values.</param>
/// <param name="Describe">Asks its mechanisms what they know, given weights, metrics and lengths where there are any.</param>
internal sealed record FamilySummary(
    string Architecture, byte[] Configuration, Module Shapes, Func<ModelFacts, IReadOnlyList<MechanismReport>> Describe);
