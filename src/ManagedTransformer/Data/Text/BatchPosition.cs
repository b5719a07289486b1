namespace ManagedTransformer.Data.Text;

/// <summary>
/// Where a batch source stands: three numbers that a checkpoint keeps, from which the source continues with exactly the same batches.
/// </summary>
/// <param name="Step">The number of batches given so far.</param>
/// <param name="Column">For contiguous rows: the column at which the next block begins.</param>
/// <param name="Pass">For contiguous rows: how often the rows began anew.</param>
public readonly record struct BatchPosition(long Step, long Column = 0, long Pass = 0);
