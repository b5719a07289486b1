namespace ManagedTransformer.Architectures.DepthAdaptive.Tuning;

/// <summary>How well a model translates under several exit rules.</summary>
/// <param name="Source">Where the sentence pairs came from.</param>
/// <param name="Sentences">How many pairs there are.</param>
/// <param name="BleuSignature">What BLEU must be reported with.</param>
/// <param name="Scores">One per rule, in the order of the rules.</param>
public sealed record ExitEvaluationResult(string Source, int Sentences, string BleuSignature, IReadOnlyList<ExitScore> Scores);
