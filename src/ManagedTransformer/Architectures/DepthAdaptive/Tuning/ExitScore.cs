using ManagedTransformer.Evaluation.Metrics;

namespace ManagedTransformer.Architectures.DepthAdaptive.Tuning;

/// <summary>
/// How well a depth-adaptive model translates when tokens leave its decoder by a rule, and what that costs. Means are over all tokens of
/// the translations, eos included.
/// </summary>
/// <param name="Rule">The rule.</param>
/// <param name="Bleu">BLEU of the translations, tokenized by the mteval-13a rules.</param>
/// <param name="TokenizedBleu">BLEU of the translations split at white space, unsmoothed.</param>
/// <param name="AverageExit">Mean exit layer, from 1.</param>
/// <param name="OperationsPerToken">Mean operations of the decoder by <see cref="DecodingCost"/>.</param>
/// <param name="FullDepthOperationsPerToken">What the same tokens cost if all run all layers and nothing decides about exits.</param>
/// <param name="MillisecondsPerToken">Time of the search, without the encoder, by the number of tokens; all rules of a table are measured
/// in turns, on some of the sentences. NaN: not measured.</param>
/// <param name="Tokens">How many tokens the translations have.</param>
public sealed record ExitScore(
    ExitRule Rule, BleuScore Bleu, BleuScore TokenizedBleu, double AverageExit, double OperationsPerToken,
    double FullDepthOperationsPerToken, double MillisecondsPerToken, long Tokens);
