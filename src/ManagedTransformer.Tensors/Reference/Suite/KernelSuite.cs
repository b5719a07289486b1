namespace ManagedTransformer.Tensors.Reference;

/// <summary>
/// The one suite that every device is tested against: each kernel of the contract against its scalar twin, over empty, small and odd
/// shapes, lengths around every vector width, unaligned starts, strides, and sizes at which work is spread over threads.
/// </summary>
internal static class KernelSuite
{
    /// <summary>All cases; <see cref="KernelCase.ToString"/> is unique.</summary>
    public static IReadOnlyList<KernelCase> Cases { get; } =
    [
        .. UnaryCases.All,
        .. ElementwiseCases.All,
        .. GatedCases.All,
        .. ReductionCases.All,
        .. MatrixCases.All,
        .. QuantizedCases.All,
        .. NormalizationCases.All,
        .. SoftmaxCases.All,
        .. IndexCases.All,
        .. RowContributionCases.All,
        .. ProductKeyCases.All,
        .. RandomCases.All,
        .. AttentionCases.All,
        .. SpanAttentionCases.All,
        .. LinearAttentionCases.All,
        .. RotaryCases.All,
        .. OptimizerCases.All,
    ];

    /// <summary>Counts of elements: none, one, everything around the vector widths, and one that is worth several threads.</summary>
    public static IEnumerable<int> Counts => [.. Enumerable.Range(0, 71), 255, 1000, 100_003];

    /// <summary>Lengths of rows around the vector widths.</summary>
    public static IEnumerable<int> Widths => [.. Enumerable.Range(1, 20), 31, 32, 33, 47, 48, 49, 63, 64, 65, 70, 127, 300];
}
