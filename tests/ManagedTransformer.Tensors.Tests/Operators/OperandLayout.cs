namespace ManagedTransformer.Tensors.Tests;

/// <summary>Place of the operand that an operator sees in the memory of the leaf behind it.</summary>
public enum OperandLayout
{
    /// <summary>Contiguous.</summary>
    Plain,

    /// <summary>A transposed view: the last two axes were exchanged.</summary>
    Transposed,

    /// <summary>A slice of longer rows.</summary>
    SlicedColumns,

    /// <summary>A slice of more rows: contiguous, with an offset.</summary>
    SlicedRows,

    /// <summary>One row seen repeatedly, with stride 0.</summary>
    Expanded,
}
