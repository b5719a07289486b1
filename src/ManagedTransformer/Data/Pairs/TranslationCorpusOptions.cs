namespace ManagedTransformer.Data.Pairs;

/// <summary>Options for reading or making the parts of a translation corpus.</summary>
internal sealed record TranslationCorpusOptions
{
    /// <summary>The selection of pairs.</summary>
    public ParallelCorpusOptions Pairs { get; init; } = new();

    /// <summary>Selects the sentences of <see cref="TranslationCorpus.BuiltInTranslation"/>.</summary>
    public ulong ToySeed { get; init; } = 1;

    /// <summary>The number of built-in pairs to train on.</summary>
    public int ToyTrainPairs { get; init; } = 20_000;

    /// <summary>The number of built-in pairs to validate on; as many again are made for testing.</summary>
    public int ToyValidationPairs { get; init; } = 500;
}
