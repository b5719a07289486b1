namespace ManagedTransformer.Import.Sources;

/// <summary>What was imported.</summary>
/// <param name="Parameters">Number of values in the folder's weights.</param>
/// <param name="StoredType">In what the file stores them: <c>float32</c>, <c>float16</c>, or several.</param>
/// <param name="Ignored">Tensors of the file that no model needs.</param>
/// <param name="Notes">What the user should know: assumptions, and what was left out or looks wrong.</param>
public sealed record ImportResult(long Parameters, string StoredType, IReadOnlyList<string> Ignored, IReadOnlyList<string> Notes)
{
    /// <summary>The model as it was written; null for plain tensors.</summary>
    public TrainedModel? Model { get; init; }
}
