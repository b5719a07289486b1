namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>A BLEU score and what it is made of.</summary>
/// <param name="Score">0 to 100.</param>
/// <param name="Matches">Matching n-grams for n = 1 .. N, each clipped to how often a reference has it;
/// with what add-k smoothing added.</param>
/// <param name="Totals">n-grams of the hypotheses for n = 1 .. N; with what add-k smoothing added.</param>
/// <param name="Precisions">In per cent, smoothed.</param>
/// <param name="BrevityPenalty">1 where the hypotheses are as long as the references,
/// exp(1 - reference length / length) where they are shorter.</param>
/// <param name="Length">Tokens of the hypotheses.</param>
/// <param name="ReferenceLength">Tokens of the references; of several, those closest in length.</param>
public sealed record BleuScore(
    double Score, IReadOnlyList<double> Matches, IReadOnlyList<double> Totals, IReadOnlyList<double> Precisions, double BrevityPenalty,
    long Length, long ReferenceLength)
{
    /// <summary>Length / reference length; 0 without references.</summary>
    public double Ratio => ReferenceLength == 0 ? 0 : (double)Length / ReferenceLength;

    /// <summary>
    /// The line that sacreBLEU prints: <c>BLEU = 34.73 67.1/42.0/28.1/19.0 (BP = 0.987 ratio = 0.987 hyp_len = 123 ref_len = 125)</c>.
    /// </summary>
    public override string ToString() =>
        $"BLEU = {FixedPoint.Format(Score, 2)} {JoinPrecisions()} (BP = {FixedPoint.Format(BrevityPenalty, 3)} ratio = "
        + $"{FixedPoint.Format(Ratio, 3)} hyp_len = {Length} ref_len = {ReferenceLength})";

    /// <summary>
    /// The line that fairseq prints: <c>BLEU4 = 28.60, 59.3/34.3/22.1/14.9 (BP=1.000, ratio=1.016, syslen=63666, reflen=62688)</c>.
    /// </summary>
    public string ToFairseqString() =>
        $"BLEU{Precisions.Count} = {FixedPoint.Format(Score, 2)}, {JoinPrecisions()} (BP={FixedPoint.Format(BrevityPenalty, 3)}, "
        + $"ratio={FixedPoint.Format(Ratio, 3)}, syslen={Length}, reflen={ReferenceLength})";

    private string JoinPrecisions() => string.Join('/', Precisions.Select(precision => FixedPoint.Format(precision, 1)));
}
