using System.Globalization;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Import.AdaptiveSpan;

/// <summary>
/// The vocabulary that the authors' program makes of <c>train.txt</c>: words between white space and <c>&lt;eos&gt;</c> behind every line,
/// numbered as they come, or by falling count where the softmax is adaptive.
/// </summary>
internal static class SpanVocabulary
{
    private const string EndOfLine = "<eos>", WrittenSpace = "_";

    /// <summary>The vocabulary of a model.</summary>
    /// <param name="source">The checkpoint, whose options name the text or a list.</param>
    /// <param name="size">Number of ids.</param>
    /// <param name="isSorted">Whether words are sorted by count.</param>
    /// <exception cref="InputException">A file cannot be read, or has another number of words.</exception>
    public static VocabularyTokenizer Read(ImportSource source, int size, bool isSorted)
    {
        if (source.Options.Vocabulary is { } list)
        {
            return Create(Vocabularies.ReadTokens(list, size, source));
        }

        if (source.Options.Data is not { } folder)
        {
            return Vocabularies.Numbers(source, size, "--data or --vocab");
        }

        List<string> words = Words(Vocabularies.ReadText(folder, "train.txt"), isSorted);
        return words.Count == size ? Create(words) : throw source.Refuse(
            $"the vocabulary of {folder} has {words.Count} entries, the model {size}: is this the corpus it was trained on?");
    }

    /// <summary>The words of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isSorted">By falling count, of equal ones the later first; otherwise as they come.</param>
    public static List<string> Words(string text, bool isSorted)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        List<string> words = [];
        foreach (string word in PythonText.Lines(text).SelectMany(line => PythonText.Split(line).Append(EndOfLine)))
        {
            if (!counts.TryGetValue(word, out int count))
            {
                words.Add(word);
            }

            counts[word] = count + 1;
        }

        if (isSorted)
        {
            words.Reverse();
            words = [.. words.OrderByDescending(word => counts[word])];
        }

        return words;
    }

    // enwik8 is written as values of bytes, text8 as letters with _ for a space: these models read plain text.
    private static VocabularyTokenizer Create(List<string> words)
    {
        int end = words.IndexOf(EndOfLine);
        IEnumerable<string> others = words.Where(word => word != EndOfLine);
        VocabularyUnits units = others.All(IsByte) ? VocabularyUnits.Bytes
            : words.Contains(WrittenSpace) && others.All(word => word.EnumerateRunes().Count() == 1) ? VocabularyUnits.Characters
            : VocabularyUnits.Words;
        int unknown = words.IndexOf("<unk>");
        return new VocabularyTokenizer(words, units)
        {
            EndOfLine = end < 0 ? null : end,
            Unknown = unknown < 0 ? null : unknown,
        };
    }

    private static bool IsByte(string word) => byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out byte value)
        && value.ToString(CultureInfo.InvariantCulture) == word;
}
