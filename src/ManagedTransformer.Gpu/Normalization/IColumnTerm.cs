namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="ColumnSums"/> adds up: up to two numbers per row and column.</summary>
internal interface IColumnTerm
{
    /// <summary>The numbers of one place.</summary>
    FloatPair At(long row, int column);
}
