namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>
/// The terms that <see cref="ColumnFold{TOps, TVector, TFold, TTerm}"/> reduces: a function of the elements of an array [outer, n, inner].
/// </summary>
internal interface IColumnTerm<TVector>
    where TVector : unmanaged
{
    /// <summary>The terms from an element on, of which those of the first <paramref name="count"/> lanes are used.</summary>
    /// <param name="offset">Number of the first element.</param>
    /// <param name="column">Its index along the inner axis.</param>
    /// <param name="count">Elements left in the row; at most that many may be read.</param>
    TVector Load(long offset, long column, long count);
}
