namespace ManagedTransformer.Tensors;

/// <summary>The result of cross-entropy.</summary>
/// <param name="Loss">The training loss: a scalar that backward starts from, label smoothing included.</param>
/// <param name="NegativeLogLikelihood">Sum of -ln p(target) in nats over the rows that count, without smoothing and without history:
/// a scalar.</param>
/// <param name="Targets">Number of rows that count.</param>
public readonly record struct CrossEntropyResult(Tensor Loss, Tensor NegativeLogLikelihood, long Targets)
{
    /// <summary>
    /// -ln p(target) of every row, 0 where it does not count, in the shape of the targets and without history; null unless
    /// <see cref="CrossEntropyOptions.Rows"/> asks for it.
    /// </summary>
    public Tensor? RowLosses { get; init; }

    /// <summary>The likeliest class of every row, the smallest of equals, Int32 in the shape of the targets; null likewise.</summary>
    public Tensor? RowClasses { get; init; }
}
