namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>The n-grams of one order that two texts have and share.</summary>
/// <param name="Hypothesis">n-grams of the hypothesis; 0 where the reference has none.</param>
/// <param name="Reference">n-grams of the reference.</param>
/// <param name="Matches">n-grams that both have.</param>
internal readonly record struct NgramOverlap(long Hypothesis, long Reference, long Matches)
{
    public static NgramOverlap operator +(NgramOverlap a, NgramOverlap b) =>
        new(a.Hypothesis + b.Hypothesis, a.Reference + b.Reference, a.Matches + b.Matches);

    public static NgramOverlap Of(Dictionary<int, int> hypothesis, Dictionary<int, int> reference) =>
        new(reference.Count > 0 ? hypothesis.Values.Sum() : 0, reference.Values.Sum(), NgramTable.Matches(hypothesis, reference));
}
