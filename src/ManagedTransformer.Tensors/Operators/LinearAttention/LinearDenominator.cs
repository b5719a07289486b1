namespace ManagedTransformer.Tensors;

/// <summary>Divisors of linear attention, made so that a vanishing sum of weights den does no harm.</summary>
public enum LinearDenominator
{
    /// <summary>den + epsilon.</summary>
    Add,

    /// <summary>max(den, epsilon); below epsilon its derivative is 0.</summary>
    Clamp,

    /// <summary>max(|den|, epsilon); below epsilon its derivative is 0, above it the sign of den.</summary>
    AbsClamp,
}
