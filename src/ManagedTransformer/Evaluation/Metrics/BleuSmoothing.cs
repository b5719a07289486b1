namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>What stands for the precision of an order of which nothing matches.</summary>
public enum BleuSmoothing
{
    /// <summary>The k-th order without a match counts 1 / 2^k matches (NIST).</summary>
    Exponential,

    /// <summary>It counts a constant number of matches, 0.1 by default.</summary>
    Floor,

    /// <summary>A constant, 1 by default, is added to the matches and the totals of all orders above 1.</summary>
    AddK,

    /// <summary>The precision stays 0, and with it the score.</summary>
    None,
}
