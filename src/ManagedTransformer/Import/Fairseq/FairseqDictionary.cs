using System.Globalization;
using ManagedTransformer.Files;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Import.Fairseq;

/// <summary>
/// fairseq's dictionaries: lines of a token, a blank and a count, behind the four special tokens; <c>#fairseq:overwrite</c> at the end
/// of a line lets a token take the place of one that is there already.
/// </summary>
internal static class FairseqDictionary
{
    private const string Overwrite = " #fairseq:overwrite", Both = "--data, or --source-dict and --target-dict";

    private static readonly string[] _special = ["<s>", "<pad>", "</s>", "<unk>"];

    /// <summary>The vocabulary of a language model: a text begins with the end of the sentence before.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="size">Number of ids.</param>
    /// <exception cref="InputException">A dictionary cannot be read, or has another number of tokens.</exception>
    public static ITokenizer OfLanguageModel(ImportSource source, int size)
    {
        ImportOptions options = source.Options;
        string? path = options.TargetDictionary ?? options.SourceDictionary
            ?? (options.Data is { } folder ? Path.Combine(folder, "dict.txt") : null);
        return path is null
            ? Vocabularies.Numbers(source, size, "--data or --target-dict")
            : new VocabularyTokenizer(Read(path, size, source), VocabularyUnits.Words)
            {
                Unknown = SpecialIds.Unknown,
                EndOfLine = SpecialIds.Eos,
                Start = SpecialIds.Eos,
            };
    }

    /// <summary>The vocabularies of a translation model.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="settings">Name the languages.</param>
    /// <param name="sourceSize">Number of source ids.</param>
    /// <param name="targetSize">Number of target ids.</param>
    /// <exception cref="InputException">A dictionary cannot be read or found, or has another number of tokens.</exception>
    public static (SentenceTokenizer Source, SentenceTokenizer Target) OfTranslation(
        ImportSource source, ForeignSettings settings, int sourceSize, int targetSize)
    {
        ImportOptions options = source.Options;
        string? sourcePath = options.SourceDictionary ?? Default("source_lang", ImportOptionNames.SourceDictionary);
        string? targetPath = options.TargetDictionary ?? Default("target_lang", ImportOptionNames.TargetDictionary);
        if ((sourcePath is null) != (targetPath is null))
        {
            string missing = sourcePath is null ? ImportOptionNames.SourceDictionary : ImportOptionNames.TargetDictionary;
            throw source.Refuse($"a translation model needs two dictionaries: --{missing} is missing, or --data");
        }

        string[] from = Words(sourcePath, sourceSize), to = Words(targetPath, targetSize);
        SentenceTokenizer first = Create(from);
        return (first, from.AsSpan().SequenceEqual(to) ? first : Create(to));

        string? Default(string setting, string option) => options.Data is not { } folder ? null
            : settings.Text(setting) is { } language ? Path.Combine(folder, $"dict.{Plain(language)}.txt")
            : throw source.Refuse($"its settings do not name the languages ({setting}); give the dictionary by --{option}");

        // The language becomes a part of a path.
        string Plain(string language) => language.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '@') && language.Length < 50
            ? language
            : throw source.Refuse($"its settings name the language '{Torch.Pickling.PickleText.Quote(language)}', which can be none");

        string[] Words(string? path, int size) => path is null
            ? [.. _special, .. Vocabularies.Numbers(source, size, Both).Entries.Skip(_special.Length)]
            : Read(path, size, source);

        static SentenceTokenizer Create(string[] words) =>
            new(new VocabularyTokenizer(words, VocabularyUnits.Words) { Unknown = SpecialIds.Unknown });
    }

    private static string[] Read(string path, int size, ImportSource source)
    {
        List<string> words = [.. _special];
        HashSet<string> known = [.. words];
        List<string> lines = TextLines.Read(path);
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i].TrimEnd();
            bool overwrites = line.EndsWith(Overwrite, StringComparison.Ordinal);
            line = overwrites ? line[..^Overwrite.Length] : line;
            int blank = line.LastIndexOf(' ');
            if (blank < 0 || !long.TryParse(line[(blank + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long _))
            {
                throw new InputException($"Line {i + 1} of '{path}' is no token, a blank and a count.");
            }

            if (!known.Add(line[..blank]) && !overwrites)
            {
                throw new InputException(
                    $"Line {i + 1} of '{path}' has the token '{line[..blank]}' again, without {Overwrite.Trim()} behind it.");
            }

            words.Add(line[..blank]);
        }

        return words.Count == size ? [.. words] : throw source.Refuse(
            $"the dictionary '{path}' has {words.Count} entries with the {_special.Length} special ones, the model {size}");
    }
}
