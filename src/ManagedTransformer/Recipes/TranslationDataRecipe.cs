using ManagedTransformer.Data.Text;

namespace ManagedTransformer.Recipes;

/// <summary>The pairs of sentences to train, validate and test on. Every file may be a <c>.gz</c> of one.</summary>
public sealed record TranslationDataRecipe
{
    /// <summary>
    /// The source sentences, one per line; or a TSV with both sides where <see cref="Target"/> is absent; or <c>builtin:translation</c>.
    /// </summary>
    public string? Source { get; set; }

    /// <summary>The target sentences, line by line with the sources.</summary>
    public string? Target { get; set; }

    /// <summary>The source sentences (or the TSV) to validate on; absent: none, or the built-in ones.</summary>
    public string? ValidationSource { get; set; }

    /// <summary>The target sentences to validate on.</summary>
    public string? ValidationTarget { get; set; }

    /// <summary>The source sentences (or the TSV) to test on.</summary>
    public string? TestSource { get; set; }

    /// <summary>The target sentences to test on.</summary>
    public string? TestTarget { get; set; }

    /// <summary>Lower-cases both sides.</summary>
    public bool Lowercase { get; set; }

    /// <summary>Training pairs with more words on a side are left out; 0: no limit but the model's positions.</summary>
    public int MaxLength { get; set; }

    /// <summary>
    /// Training pairs whose longer side has more than this many times the words of the shorter one are left out; 0: no limit.
    /// </summary>
    public double MaxRatio { get; set; }

    /// <summary>The same with other pairs to train on.</summary>
    /// <param name="pairs"><c>SOURCE_FILE,TARGET_FILE</c>, a TSV, or <c>builtin:translation</c>.</param>
    internal TranslationDataRecipe WithTraining(string pairs)
    {
        (string source, string? target) = Split(pairs);
        return this with { Source = source, Target = target };
    }

    /// <summary>The same with other pairs to validate on.</summary>
    /// <param name="pairs">As for <see cref="WithTraining"/>.</param>
    internal TranslationDataRecipe WithValidation(string pairs)
    {
        (string source, string? target) = Split(pairs);
        return this with { ValidationSource = source, ValidationTarget = target };
    }

    /// <summary>The same with paths that are valid in any folder.</summary>
    internal TranslationDataRecipe WithFullNames()
    {
        return this with
        {
            Source = Full(Source),
            Target = Full(Target),
            ValidationSource = Full(ValidationSource),
            ValidationTarget = Full(ValidationTarget),
            TestSource = Full(TestSource),
            TestTarget = Full(TestTarget),
        };

        static string? Full(string? path) => path is null ? null : TextCorpus.FullName(path);
    }

    /// <summary>
    /// The two files of <c>SOURCE_FILE,TARGET_FILE</c>; what exists as it is, or has no comma, is one file. Names may have commas: the one
    /// counts that divides the text into two files that exist.
    /// </summary>
    /// <exception cref="InputException">There are several commas, and none divides the text so, or more than one does.</exception>
    internal static (string Source, string? Target) Split(string pairs)
    {
        int[] commas = File.Exists(pairs) ? [] : [.. Enumerable.Range(0, pairs.Length).Where(i => pairs[i] == ',')];
        if (pairs.StartsWith(',') || pairs.EndsWith(','))
        {
            throw new InputException($"'{pairs}' lacks one of its two files: it should be SOURCE_FILE,TARGET_FILE.");
        }

        if (commas.Length < 2)
        {
            return commas is [int only] ? (pairs[..only], pairs[(only + 1)..]) : (pairs, null);
        }

        int[] fitting = [.. commas.Where(comma => File.Exists(pairs[..comma]) && File.Exists(pairs[(comma + 1)..]))];
        return fitting switch
        {
            [int comma] => (pairs[..comma], pairs[(comma + 1)..]),
            [] => throw new InputException(
                $"No comma of '{pairs}' stands between two files that exist, and there is no TSV of that name: it should be "
                + "SOURCE_FILE,TARGET_FILE."),
            _ => throw new InputException(
                $"It is not clear which files '{pairs}' names: '{pairs[..fitting[0]]}' and the rest exist, and so do "
                + $"'{pairs[..fitting[1]]}' and the rest."),
        };
    }

    internal void Validate(string where)
    {
        if (new[] { Source, Target, ValidationSource, ValidationTarget, TestSource, TestTarget }.Contains(""))
        {
            throw new InputException($"{where}: data: the name of a file is empty.");
        }

        if (MaxLength < 0 || !(MaxRatio == 0 || MaxRatio >= 1))
        {
            throw new InputException(
                $"{where}: data.max_length ({MaxLength}) must not be negative, and data.max_ratio ({MaxRatio}) must be 0 or at least 1.");
        }
    }
}
