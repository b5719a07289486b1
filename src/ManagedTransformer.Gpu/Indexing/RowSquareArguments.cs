using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="RowSquareCode"/>: contributions to table rows, and places for their sums and squares.</summary>
internal struct RowSquareArguments
{
    public ContributionViews Views;

    /// <summary>By table row: where the sums go, unless HasSummed is 0.</summary>
    public ArrayView<float> Summed;

    /// <summary>
    /// One sum of squares per group of <see cref="RowSquareCode.Pieces"/>, behind them one per group of <see cref="RowSquareCode.Long"/>.
    /// </summary>
    public ArrayView<double> Squares;

    public int HasSummed;
}
