using ManagedTransformer.Data.Builtin;

namespace ManagedTransformer.Data.Pairs;

/// <summary>The sentence pairs of a translation experiment: what to train on, what to validate and test on.</summary>
/// <param name="Name">The folder or the built-in name that the corpus came from.</param>
/// <param name="Train">The pairs to train on; never empty.</param>
/// <param name="Validation">The pairs to validate on; empty where there are none.</param>
/// <param name="Test">The pairs to test on; empty where there are none.</param>
internal sealed record TranslationCorpus(string Name, ParallelCorpus Train, ParallelCorpus Validation, ParallelCorpus Test)
{
    /// <summary>The name under which <see cref="Load"/> knows a pair of invented languages, see <see cref="ToyTranslation"/>.</summary>
    public const string BuiltInTranslation = "builtin:translation";

    private const string BuiltInPrefix = "builtin:";

    /// <summary>
    /// Loads a corpus: a folder with <c>train.LANGUAGE</c> and optionally <c>valid.LANGUAGE</c> (or <c>val.</c>, <c>dev.</c>) and
    /// <c>test.LANGUAGE</c> for both languages, each also as <c>.gz</c>, or <see cref="BuiltInTranslation"/>, which needs no languages.
    /// </summary>
    /// <param name="source">The folder or the built-in name.</param>
    /// <param name="sourceLanguage">The ending of the files to translate, for instance <c>de</c>.</param>
    /// <param name="targetLanguage">The ending of the translations.</param>
    /// <param name="options">Which pairs are kept; the defaults where absent.</param>
    /// <exception cref="InputException">A file is missing or damaged, or the training part has no pairs.</exception>
    public static TranslationCorpus Load(string source, string sourceLanguage = "", string targetLanguage = "",
        TranslationCorpusOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        options ??= new();
        if (source == BuiltInTranslation)
        {
            return Invent(options.ToySeed, options.ToyTrainPairs, options.ToyValidationPairs, options.ToyValidationPairs);
        }

        if (source.StartsWith(BuiltInPrefix, StringComparison.Ordinal))
        {
            throw new InputException($"There is no built-in translation corpus '{source}'; the one that exists is '{BuiltInTranslation}'.");
        }

        if (sourceLanguage.Length == 0 || targetLanguage.Length == 0)
        {
            throw new InputException($"The languages of the corpus '{source}' must be named: the endings of its files.");
        }

        ParallelCorpus train = Read("train")
            ?? throw new InputException($"The folder '{source}' has no train.{sourceLanguage} and train.{targetLanguage}.");
        if (train.Pairs.Count == 0)
        {
            throw new InputException($"The corpus '{train.Name}' has no pairs to train on.");
        }

        return new(source, train, Read("valid", "val", "dev") ?? new("", []), Read("test") ?? new("", []));

        ParallelCorpus? Read(params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                if (Find($"{name}.{sourceLanguage}") is { } sourcePath && Find($"{name}.{targetLanguage}") is { } targetPath)
                {
                    return ParallelCorpus.Load(sourcePath, targetPath, options.Pairs);
                }
            }

            return null;
        }

        string? Find(string name)
        {
            string path = Path.Combine(source, name);
            return File.Exists(path) ? path : File.Exists(path + ".gz") ? path + ".gz" : null;
        }
    }

    /// <summary>The pair of invented languages (<see cref="ToyTranslation"/>); no source sentence of one part is in another.</summary>
    /// <param name="seed">Selects the sentences.</param>
    /// <param name="train">Pairs to train on.</param>
    /// <param name="validation">Pairs to validate on.</param>
    /// <param name="test">Pairs to test on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or nothing is left to train on.</exception>
    internal static TranslationCorpus Invent(ulong seed, int train, int validation, int test)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(train, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(validation);
        ArgumentOutOfRangeException.ThrowIfNegative(test);
        using IEnumerator<(string Source, string Target)> pairs = ToyTranslation.Write(seed).GetEnumerator();
        return new(BuiltInTranslation, Part(train), Part(validation), Part(test));

        ParallelCorpus Part(int count)
        {
            List<SentencePair> part = new(count);
            while (part.Count < count && pairs.MoveNext())
            {
                part.Add(new SentencePair(pairs.Current.Source, pairs.Current.Target));
            }

            return new(BuiltInTranslation, part);
        }
    }
}
