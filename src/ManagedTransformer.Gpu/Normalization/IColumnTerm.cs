namespace ManagedTransformer.Gpu;

/// <summary>Terms of <see cref="ColumnSums"/>: up to two numbers per row and column.</summary>
internal interface IColumnTerm
{
    /// <summary>The numbers of one place.</summary>
    FloatPair At(long row, int column);
}
