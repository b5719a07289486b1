namespace ManagedTransformer.Tests.Golden;

/// <summary>The cases of one implemented architecture: those whose system starts with its prefix.</summary>
/// <param name="Prefix">What stands before the dot of a system's name.</param>
/// <param name="Systems">What is implemented.</param>
/// <param name="Later">Names of systems that are not implemented yet; their cases are skipped,
/// those of any other unknown system fail.</param>
/// <param name="Tolerance">Error allowed, as a factor of 1 + |expected|.</param>
internal sealed record GoldenFamily(string Prefix, IReadOnlyList<IGoldenSystem> Systems, IReadOnlyList<string> Later,
    Func<GoldenCase, double> Tolerance)
{
    /// <summary>
    /// Absolute error allowed for all values of an entry, where a family measures by the entry's largest value; null:
    /// by every value itself.
    /// </summary>
    public Func<GoldenCase, string, double>? Allowance { get; init; }

    /// <summary>All families: an architecture that is implemented adds its line here.</summary>
    public static IReadOnlyList<GoldenFamily> All { get; } =
    [
        Baseline.BaselineFamily.Family, Evaluation.EvaluationFamily.Family, AdaptiveSpan.AdaptiveSpanFamily.Family,
        DeLighT.DelightFamily.Family, AllAttention.AllAttentionFamily.Family, ProductKeyMemory.ProductKeyMemoryFamily.Family,
        LinearAttention.LinearAttentionFamily.Family, TransformerToRnn.TransformerToRnnFamily.Family,
        DepthAdaptive.DepthAdaptiveFamily.Family, Llama.LlamaFamily.Family, Linearizing.LinearizingFamily.Family,
    ];
}
