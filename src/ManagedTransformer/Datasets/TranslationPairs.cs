using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Datasets;

/// <summary>Reads the sentence pairs that a recipe or a command names.</summary>
internal static class TranslationPairs
{
    private const string BuiltInPrefix = "builtin:";

    // A score must cover every line.
    private static readonly ParallelCorpusOptions _whole = new() { KeepEmptyLines = true };

    /// <summary>The pairs to train on: those that the recipe keeps.</summary>
    /// <param name="data">Names them.</param>
    /// <exception cref="InputException">None are named, none are kept, or they cannot be read.</exception>
    public static ParallelCorpus Train(TranslationDataRecipe data)
    {
        string source = data.Source ?? throw new InputException(
            "The recipe names no sentence pairs to train on (data.source and data.target); "
            + "TrainingOptions.Data (SOURCE_FILE,TARGET_FILE) names none either.");
        return Read(source, data.Target, corpus => corpus.Train, new ParallelCorpusOptions
        {
            MaxWords = data.MaxLength,
            MaxRatio = data.MaxRatio,
        });
    }

    /// <summary>The pairs to validate on; null where there are none.</summary>
    /// <param name="data">Names them.</param>
    /// <exception cref="InputException">They cannot be read, or there are none.</exception>
    public static ParallelCorpus? Validation(TranslationDataRecipe data) =>
        Named(data.ValidationSource, data.ValidationTarget, data, corpus => corpus.Validation);

    /// <summary>The pairs to test on; null where there are none.</summary>
    /// <param name="data">Names them.</param>
    /// <exception cref="InputException">They cannot be read, or there are none.</exception>
    public static ParallelCorpus? Test(TranslationDataRecipe data) => Named(data.TestSource, data.TestTarget, data, corpus => corpus.Test);

    /// <summary>All pairs of two files or a TSV; the validation part of what is built in.</summary>
    /// <param name="pairs"><c>SOURCE_FILE,TARGET_FILE</c>, a TSV, or <c>builtin:translation</c>.</param>
    /// <exception cref="InputException">They cannot be read, or there are none.</exception>
    public static ParallelCorpus Whole(string pairs)
    {
        (string source, string? target) = TranslationDataRecipe.Split(pairs);
        return Read(source, target, corpus => corpus.Validation, _whole);
    }

    private static ParallelCorpus? Named(string? source, string? target, TranslationDataRecipe data,
        Func<TranslationCorpus, ParallelCorpus> part) =>
        source is not null ? Read(source, target, part, _whole)
        : data.Source == TranslationCorpus.BuiltInTranslation ? part(TranslationCorpus.Load(data.Source))
        : null;

    private static ParallelCorpus Read(string source, string? target, Func<TranslationCorpus, ParallelCorpus> part,
        ParallelCorpusOptions options)
    {
        ParallelCorpus pairs = source.StartsWith(BuiltInPrefix, StringComparison.Ordinal) ? part(TranslationCorpus.Load(source))
            : target is null ? ParallelCorpus.LoadTable(source, options: options)
            : ParallelCorpus.Load(source, target, options);
        return pairs.Pairs.Count > 0 ? pairs : throw new InputException($"{pairs.Name}: there are no sentence pairs.");
    }
}
