using System.Text;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Tokenization;

/// <summary>GPT-2's <c>vocab.json</c> and <c>merges.txt</c>.</summary>
internal static class Gpt2TokenizerFiles
{
    public static BytePairTokenizer Read(string vocabularyPath, string mergesPath, HuggingFaceTokenizerSettings? settings = null) =>
        JsonFile.Read(vocabularyPath, root =>
        {
            var vocabulary = new BytePairVocabulary(root, vocabularyPath);
            string[] lines = Encoding.UTF8.GetString(Utf8File.Read(mergesPath)).Split('\n');
            int merges = 0;
            for (int i = 0; i < lines.Length; i++)
            {
                string line = lines[i].TrimEnd('\r');
                if (line.Length == 0 || line.StartsWith(BytePairVocabulary.Heading, StringComparison.Ordinal))
                {
                    continue;
                }

                if (line.Split(' ') is not [{ Length: > 0 } left, { Length: > 0 } right])
                {
                    throw new InputException($"Line {i + 1} of '{mergesPath}' is not a pair of tokens with a space between them.");
                }

                vocabulary.AddMerge(left, right, ++merges, mergesPath);
            }

            if (settings is not { AreGiven: true })
            {
                vocabulary.FindSpecial();
            }

            return vocabulary.Build(settings);
        });

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
        var lines = new StringBuilder(BytePairVocabulary.Heading + ": 0.2\n");
        foreach (BytePairMerge merge in tokenizer.Merges)
        {
            lines.Append(tokens[merge.Left]).Append(' ').Append(tokens[merge.Right]).Append('\n');
        }

        AtomicFile.Write(mergesPath, Encoding.UTF8.GetBytes(lines.ToString()));
    }
}
