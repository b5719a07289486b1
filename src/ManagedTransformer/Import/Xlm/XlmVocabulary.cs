using ManagedTransformer.Import.Sources;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Torch.Pickling;

namespace ManagedTransformer.Import.Xlm;

/// <summary>The vocabulary that XLM keeps in its checkpoints: words, or pieces of words that end in <c>@@</c>.</summary>
internal static class XlmVocabulary
{
    private const int EndOfLine = 1, Unknown = 3;

    /// <summary>The vocabulary of a checkpoint.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="root">Its top level.</param>
    /// <param name="size">Number of ids.</param>
    /// <exception cref="InputException">It is missing, or has another number of words.</exception>
    public static VocabularyTokenizer Read(ImportSource source, PickleDictionary root, int size)
    {
        if (ForeignSettings.Of(root.Get("dico_id2word")) is not { } words)
        {
            throw source.Refuse("it has no dictionary 'dico_id2word', the vocabulary");
        }

        string?[] entries = new string?[size];
        foreach ((PickleValue key, PickleValue value) in words.Entries)
        {
            if (key is not PickleAtom { Value: long id } || value is not PickleAtom { Value: string word })
            {
                throw source.Refuse("its dictionary 'dico_id2word' does not map numbers to words");
            }

            if (id < 0 || id >= size)
            {
                throw source.Refuse($"its vocabulary has the id {id}, and the model {size} ids");
            }

            entries[id] = word;
        }

        int missing = Array.IndexOf(entries, null);
        if (missing >= 0)
        {
            throw source.Refuse($"its vocabulary has {words.Entries.Count} entries and lacks the id {missing}, the model has {size} ids");
        }

        return new VocabularyTokenizer(entries!, VocabularyUnits.Words)
        {
            EndOfLine = size > EndOfLine ? EndOfLine : null,
            Start = size > EndOfLine ? EndOfLine : null,
            Unknown = size > Unknown ? Unknown : null,
        };
    }
}
