namespace ManagedTransformer.Generation;

/// <summary>Divisor of the log-probability of a finished hypothesis of L tokens, eos included.</summary>
public enum LengthPenaltyKind
{
    /// <summary>L^alpha (fairseq): alpha 1 is the mean log-probability, a larger alpha favours longer hypotheses.</summary>
    Power,

    /// <summary>((5 + L) / 6)^alpha (Wu et al., "Google's Neural Machine Translation System", 2016).</summary>
    Gnmt,
}
