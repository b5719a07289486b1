using System.Text;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Patterns;

namespace ManagedTransformer.Fuzz.Targets;

/// <summary>Tokenizers, each of which splits a text and puts it together again.</summary>
internal static class TokenizerTargets
{
    private const string Json = "tokenizer.json", Settings = "tokenizer_config.json", Special = "special_tokens_map.json",
        Vocabulary = "vocab.json", Merges = "merges.txt", Model = "spm.model", Pattern = "pattern.txt";

    private const string Text =
        "The quick brown fox, it's 12345 years old!  \n\t<s>[CLS] \u00e9e\u0301\u4e16\u754c \ud83d\ude00 "
        + "aaaaaaaaaaaaaaaaaaaaaaaaab <0x41> don't";

    // Halves of characters, lone and in rows.
    private static readonly byte[] _text = Encoding.UTF8.GetBytes(Text),
        _broken = [0x80, 0x80, 0x80, .. "ab "u8, 0xE4, 0xB8, .. "  "u8, 0xF0, 0x9F, 0x98, 0xC3, 0x28, 0xED, 0xA0, 0x80, 0xFF, 0xBF, 0xBF];

    private const string SpecialText =
        """
        {"bos_token":"<|endoftext|>","eos_token":{"content":"<|endoftext|>","lstrip":false,"normalized":true,"rstrip":false,
        "single_word":false},"unk_token":"<|endoftext|>","additional_special_tokens":["<|a|>",{"content":"<|b|>"}]}
        """;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("tokenizer", "tokenizer.json of all kinds", Json, folder => Use(Path.Combine(folder, Json)))
        {
            Form = FuzzForm.Json,
            Words =
            [
                "<0x-1>", "<0xZZ>", "<0x100>", "\\\\p{L}", "(?i)", "(?!", "(?<=", "{0,9999}", "+)+", "\\ud800", "\"type\":\"Sequence\"",
                "\"type\":\"Replace\"", "\"byte_fallback\":true", "[^\\\\s]", "&&", "\u2581",
            ],
        },
        new("tokenizer-folder", "settings beside a tokenizer.json", Settings, Use)
        {
            Form = FuzzForm.Json,
            Written = () => TinyModels.Gpt2().Where(file => file.Key is Json or Settings or Special).ToDictionary(),
        },
        new("tokens-map", "special_tokens_map.json beside a tokenizer.json", Special, Use)
        {
            Form = FuzzForm.Json,
            Written = () => TinyModels.Gpt2().Where(file => file.Key is Json)
                .Append(KeyValuePair.Create(Special, Encoding.UTF8.GetBytes(SpecialText))).ToDictionary(),
        },
        new("vocabulary", "vocab.json of a byte-pair encoding", Vocabulary, Use)
        {
            Form = FuzzForm.Json,
            Written = () => TinyModels.Gpt2().Where(file => file.Key is Vocabulary or Merges).ToDictionary(),
        },
        new("merges", "merges.txt of a byte-pair encoding", Merges, Use)
        {
            Written = () => TinyModels.Gpt2().Where(file => file.Key is Vocabulary or Merges).ToDictionary(),
            Words = ["#version: 0.2\n", "\u0120t he\n", " ", "\n", "\u0120"],
        },
        new("sentencepiece", "models of sentencepiece", Model, folder => Use(Path.Combine(folder, Model)))
        {
            Words = ["<0x-1>", "<0xZZ>", "<0x41>", "\u2581", "<unk>", "<s>"],
        },
        new("pattern", "regular expressions of tokenizers", Pattern, FindAll)
        {
            Words =
            [
                "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?i:", "(?>", ")", "*", "+?", "*+", "{0,99}", "{999}", "[^", "]", "&&", "\\p{L}",
                "\\P{Nd}", "\\s", "\\S", "\\w", "\\b", "^", "$", "\\A", "\\z", "|", ".", "\\x{10ffff}", "\\u{d800}", "[a-z]",
                "[[:alpha:]]", "\\1", "(a+)+",
            ],
        },
    ];

    private static void Use(string path)
    {
        foreach (Func<string, ITokenizer> load in (Func<string, ITokenizer>[])[Tokenizer.Load, Tokenizer.LoadWithParts])
        {
            ITokenizer tokenizer = load(path);
            try
            {
                tokenizer.Decode(tokenizer.Encode(_text));
                tokenizer.Decode(tokenizer.Encode(_broken));
                tokenizer.Decode([0, tokenizer.VocabularySize - 1]);
            }
            catch (InputException)
            {
                // A text that it cannot split; what else it can do is still to be seen.
                tokenizer.Encode("a");
            }
        }
    }

    private static void FindAll(string folder)
    {
        string source = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, Pattern)));
        RegexPattern pattern;
        try
        {
            pattern = new RegexPattern(source);
        }
        catch (FormatException)
        {
            return; // Which the reader of the file around it reports.
        }

        foreach (byte[] text in (byte[][])[_text, _broken])
        {
            PatternSearch search = new(pattern, new PatternBudget(text.Length));
            while (search.Next(text))
            {
                // Up to the last one.
            }
        }
    }
}
