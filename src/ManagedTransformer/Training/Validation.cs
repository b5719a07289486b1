namespace ManagedTransformer.Training;

/// <summary>What an evaluation found, before it is known whether it is the best one.</summary>
/// <param name="Result">The figures.</param>
/// <param name="Loss">The loss over the same tokens every time, also where the last evaluation scores more.</param>
/// <param name="Score">By which evaluations are compared, the lowest being the best: that loss, or the negative BLEU.</param>
internal readonly record struct Validation(ValidationResult Result, double Loss, double Score);
