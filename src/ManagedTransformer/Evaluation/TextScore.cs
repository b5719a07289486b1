namespace ManagedTransformer.Evaluation;

/// <summary>What a model thinks of every token of a text.</summary>
/// <param name="Ids">The tokens, or, of a translation model, the decoder's inputs, its start included.</param>
/// <param name="LogProbabilities">ln p of every token but the first, given those before it.</param>
/// <param name="Logits">Scores of what follows every token, the last included, [tokens][V]: logits, or, from an adaptive softmax,
/// log-probabilities; null where nobody asked for them.</param>
public sealed record TextScore(IReadOnlyList<int> Ids, IReadOnlyList<float> LogProbabilities, IReadOnlyList<float[]>? Logits)
{
    /// <summary>ln p of the text behind its first token, in nats; 0 for fewer than two tokens.</summary>
    public double Sum => LogProbabilities.Sum(value => (double)value);
}
