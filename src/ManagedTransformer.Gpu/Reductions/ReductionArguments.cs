using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="RowReduction"/> and <see cref="ColumnReduction"/>: X is [outer, N, Inner].</summary>
internal struct ReductionArguments<TInput, TState>
    where TInput : unmanaged
    where TState : unmanaged
{
    public ArrayView<TInput> X;

    /// <summary>Bits of the results, [outer, Inner].</summary>
    public ArrayView<uint> Y;

    /// <summary>Where there is more than one part: its states instead, [outer, Parts, Inner].</summary>
    public ArrayView<TState> States;

    /// <summary>outer Inner: the number of results.</summary>
    public long Lines;

    public long Inner;
    public int N;

    /// <summary>Parts of the axis that different groups take, and the length of each but the last.</summary>
    public int Parts, PartLength;

    /// <summary>The logarithm of the threads that share a row, or of the columns that share a group.</summary>
    public int Bits;
}
