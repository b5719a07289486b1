using System.Text;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Tokenization.AddedTokens;
using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Pipeline;

namespace ManagedTransformer.Tokenization;

/// <summary>GPT-2's <c>vocab.json</c> and <c>merges.txt</c>.</summary>
internal static class Gpt2TokenizerFiles
{
    public static BytePairTokenizer Read(string vocabularyPath, string mergesPath, HuggingFaceTokenizerSettings? settings = null)
    {
        TokenMap vocabulary = ModelReader.ReadVocabulary(TokenizerBytes.ReadText(vocabularyPath), vocabularyPath);
        PairTable merges = new MergeReader(vocabulary, mergesPath).ReadLines(TokenizerBytes.ReadText(mergesPath).Span);
        IEnumerable<AddedEntry> special = settings is { AreGiven: true } ? [] : FindSpecial(vocabulary, merges);
        BytePairModel model = new(vocabulary, merges, new BytePairOptions());
        TokenPipeline pipeline = BytePairPipeline.Create(model, special, vocabularyPath);

        // What settings name is known to be special only behind them.
        return BytePairTokenizer.Of(settings is null ? pipeline : BytePairPipeline.Change(pipeline, settings), vocabularyPath);
    }

    public static void Write(string vocabularyPath, string mergesPath, BytePairTokenizer tokenizer)
    {
        string?[] tokens = tokenizer.VisibleTokens();
        JsonFile.Write(vocabularyPath, json =>
        {
            for (int id = 0; id < tokens.Length; id++)
            {
                if (tokens[id] is string token)
                {
                    json.WriteNumber(token, id);
                }
            }
        });
        var lines = new StringBuilder("#version: 0.2\n");
        foreach (BytePairMerge merge in tokenizer.Merges)
        {
            lines.Append(tokens[merge.Left]).Append(' ').Append(tokens[merge.Right]).Append('\n');
        }

        AtomicFile.Write(mergesPath, Encoding.UTF8.GetBytes(lines.ToString()));
    }

    // Entries of the form <...> that are no result of a merge.
    private static IEnumerable<AddedEntry> FindSpecial(TokenMap vocabulary, PairTable merges)
    {
        HashSet<int> made = [.. merges.InOrder().Select(merge => merge.Result)];
        for (int i = 0; i < vocabulary.Count; i++)
        {
            string text = Encoding.UTF8.GetString(vocabulary.TextAt(i));
            if (text is ['<', _, .., '>'] && !made.Contains(vocabulary.IdAt(i)))
            {
                yield return new AddedEntry(text, vocabulary.IdAt(i)) { IsSpecial = true };
            }
        }
    }
}
