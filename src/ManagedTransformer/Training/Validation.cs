namespace ManagedTransformer.Training;

/// <summary>What an evaluation found, before it is known whether it is the best one.</summary>
/// <param name="Result">The figures.</param>
/// <param name="Compared">The loss by which evaluations are compared: over the same tokens every time, also where the last evaluation scores more.</param>
internal readonly record struct Validation(ValidationResult Result, double Compared);
