namespace ManagedTransformer.Architectures.DepthAdaptive.Tuning;

/// <summary>What a search for exit thresholds found.</summary>
/// <param name="Source">Where the sentence pairs came from.</param>
/// <param name="Sentences">How many pairs were translated each time.</param>
/// <param name="BleuSignature">What BLEU must be reported with.</param>
/// <param name="Tried">How many thresholds were tried.</param>
/// <param name="FullDepth">The score when all tokens run all layers.</param>
/// <param name="Frontier">Of every bin of the average exit the score with the highest BLEU, by average exit.</param>
/// <param name="Chosen">Of the frontier the cheapest that loses no more BLEU than allowed; null where full depth is cheaper still.</param>
public sealed record ExitTuningResult(
    string Source, int Sentences, string BleuSignature, int Tried, ExitScore FullDepth, IReadOnlyList<ExitScore> Frontier,
    ExitScore? Chosen);
