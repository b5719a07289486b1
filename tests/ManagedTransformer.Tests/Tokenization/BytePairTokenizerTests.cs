using System.Text;
using System.Text.Json.Nodes;
using FsCheck.Xunit;
using ManagedTransformer.Data.Builtin;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.Unicode;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization;

[Properties(Arbitrary = [typeof(RandomText)])]
public class BytePairTokenizerTests
{
    private const string EndOfText = "<|endoftext|>";

    private static readonly byte[] _text = Encoding.UTF8.GetBytes(
        StoryCorpus.Generate(1, 60_000).Text + "d\u00e9j\u00e0 vu d\u00e9j\u00e0 lu \U0001F600\U0001F600 \U0001F600\U0001F600");

    private static readonly BytePairTokenizer _trained = BytePairTokenizer.Train(_text, 600, [EndOfText]);

    [Property]
    public bool TextSurvives(string text) =>
        _trained.Decode(_trained.Encode(text)) == text
        && _trained.Decode(_trained.Encode($"{text}{EndOfText} {text}")) == $"{text}{EndOfText} {text}";

    [Property]
    public bool HalvesOfSurrogatePairsBecomeReplacementCharacters(string text, char[] characters)
    {
        string broken = $"{text}\udc00{new string(characters)}\ud800{text}\udbff";
        string expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(broken));
        PipelineTokenizer whole = new(_trained.Pipeline, _trained.Save);
        return _trained.Decode(_trained.Encode(broken)) == expected && whole.Decode(whole.Encode(broken)) == expected;
    }

    [Property]
    public bool BytesSurvive(byte[] bytes)
    {
        var decoded = new List<byte>();
        foreach (int id in _trained.Encode(bytes))
        {
            decoded.AddRange(_trained.TokenBytes(id));
        }

        return decoded.SequenceEqual(bytes);
    }

    [Property]
    public bool StreamingAgreesWithDecoding(string text)
    {
        var decoder = new StreamingDecoder(_trained);
        return string.Concat(_trained.Encode(text).Select(decoder.Append)) + decoder.Flush() == text;
    }

    [Fact]
    public void MergesGoByFrequencyThenById()
    {
        // "ab" and "zz" occur 3 times each and 'a' has the smaller id; "bc" is left once, as often as other pairs,
        // and 'b' has the smallest id.
        BytePairTokenizer tokenizer = BytePairTokenizer.Train("ab ab\nabc zz\nzz-zz-bc"u8, 259, minimumCount: 1);
        Assert.Equal(["ab", "zz", "bc"], tokenizer.Merges.Select(m => tokenizer.Decode([m.Result])));
        // Every pair occurs once; a space has a larger id than the letters.
        tokenizer = BytePairTokenizer.Train("dc ab"u8, 258, minimumCount: 1);
        Assert.Equal(["ab", "dc"], tokenizer.Merges.Select(m => tokenizer.Decode([m.Result])));
    }

    [Fact]
    public void TrainingIsThePlainAlgorithm()
    {
        byte[] text = _text[..8000];
        var words = new Dictionary<string, int>();
        WordScanner scanner = new(WordRules.Gpt2);
        for (ReadOnlySpan<byte> rest = text; !rest.IsEmpty;)
        {
            int length = scanner.End(rest, 0);
            string word = ByteAlphabet.Encode(rest[..length]);
            words[word] = words.GetValueOrDefault(word) + 1;
            rest = rest[length..];
        }

        List<(List<string> Symbols, int Count)> split = [.. words.Select(w => (w.Key.Select(c => c.ToString()).ToList(), w.Value))];
        List<string> tokens = [.. ByteAlphabet.Order.Select(b => ByteAlphabet.Encode([b]))];
        var expected = new List<(string, string)>();
        while (expected.Count < 150)
        {
            var counts = new Dictionary<(int, int), int>();
            foreach ((List<string> symbols, int count) in split)
            {
                for (int i = 0; i + 1 < symbols.Count; i++)
                {
                    (int, int) pair = (tokens.IndexOf(symbols[i]), tokens.IndexOf(symbols[i + 1]));
                    counts[pair] = counts.GetValueOrDefault(pair) + count;
                }
            }

            (int left, int right) = counts.OrderByDescending(p => p.Value).ThenBy(p => p.Key).First().Key;
            expected.Add((tokens[left], tokens[right]));
            string joined = tokens[left] + tokens[right];
            foreach ((List<string> symbols, int _) in split)
            {
                for (int i = 0; i + 1 < symbols.Count; i++)
                {
                    if (symbols[i] == tokens[left] && symbols[i + 1] == tokens[right])
                    {
                        symbols[i] = joined;
                        symbols.RemoveAt(i + 1);
                    }
                }
            }

            if (!tokens.Contains(joined))
            {
                tokens.Add(joined);
            }
        }

        BytePairTokenizer tokenizer = BytePairTokenizer.Train(text, tokens.Count);
        string?[] visible = tokenizer.VisibleTokens();
        Assert.Equal(expected, tokenizer.Merges.Select(m => (visible[m.Left]!, visible[m.Right]!)).Take(150));
    }

    [Fact]
    public void TrainingIsDeterministicAndCompresses()
    {
        BytePairTokenizer again = BytePairTokenizer.Train(_text, 600, [EndOfText]);
        Assert.Equal(_trained.VisibleTokens(), again.VisibleTokens());
        Assert.Equal(600, again.VocabularySize);
        Assert.True(_trained.Encode(_text).Length * 2 < _text.Length);
        Assert.Equal(new SpecialToken(599, EndOfText), Assert.Single(again.SpecialTokens));
    }

    [Fact]
    public void TrainingStopsWhereNoPairIsFrequentEnough() =>
        Assert.Equal(258, BytePairTokenizer.Train("abab"u8, 1000, ["<x>"]).VocabularySize);

    [Fact]
    public void LongWordsTakeNoQuadraticTime()
    {
        string text = new('e', 300_000);
        Assert.Equal(text, _trained.Decode(_trained.Encode(text)));
    }

    [Fact]
    public void SpecialTokensAreFoundBeforeWords()
    {
        BytePairTokenizer tokenizer = BytePairTokenizer.Train("hello hello"u8, 262, ["<a>", "<a><b>", "<b>"]);
        int first = tokenizer.SpecialTokens.Min(t => t.Id);
        Assert.Equal([first + 1, first, first + 2],
            tokenizer.Encode("<a><b><a><b>")[..1].Concat(tokenizer.Encode("<a>")).Concat(tokenizer.Encode("<b>")));
        Assert.Equal("x<a> <b><a><b>", tokenizer.Decode(tokenizer.Encode("x<a> <b><a><b>")));
        Assert.Throws<ArgumentException>(() => BytePairTokenizer.Train("abab"u8, 300, ["ab"]));
        Assert.Throws<ArgumentException>(() => BytePairTokenizer.Train("abab"u8, 300, ["<x>", "<x>"]));
    }

    [Fact]
    public void HuggingFaceFilesGiveBackTheTokenizer()
    {
        using var folder = new TemporaryFolder();
        _trained.Save(folder["tokenizer.json"]);
        var loaded = Assert.IsType<BytePairTokenizer>(Tokenizer.Load(folder["tokenizer.json"]));
        AssertSame(loaded);
        byte[] bytes = File.ReadAllBytes(folder["tokenizer.json"]);
        loaded.Save(folder["again.json"]);
        Assert.Equal(bytes, File.ReadAllBytes(folder["again.json"]));
    }

    [Fact]
    public void Gpt2FilesGiveBackTheTokenizer()
    {
        using var folder = new TemporaryFolder();
        _trained.Save(folder["vocab.json"], folder["merges.txt"]);
        AssertSame(BytePairTokenizer.Load(folder["vocab.json"], folder["merges.txt"]));
        Assert.StartsWith("#version: 0.2\n", File.ReadAllText(folder["merges.txt"]), StringComparison.Ordinal);
    }

    private static void AssertSame(BytePairTokenizer loaded)
    {
        Assert.Equal(_trained.VisibleTokens(), loaded.VisibleTokens());
        Assert.Equal(_trained.Merges, loaded.Merges);
        Assert.Equal(_trained.SpecialTokens, loaded.SpecialTokens);
        Assert.Equal(_trained.Encode(_text), loaded.Encode(_text));
    }

    private const string Small = """
        {"added_tokens":[{"id":9,"content":"<s> x","special":true,"normalized":false,"single_word":false,"lstrip":false,"rstrip":false}],
         "normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true},"post_processor":null,
         "model":{"type":"BPE","vocab":{"a":0,"b":1,"Ġ":2,"ab":3,"Ġab":5,"<s> x":9},"merges":[["a","b"],["Ġ","ab"]]}}
        """;

    [Fact]
    public void PrefixSpacesMergeArraysAndGapsInIdsAreRead()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["t.json"], Small);
        BytePairTokenizer tokenizer = BytePairTokenizer.Load(folder["t.json"]);
        Assert.Equal(10, tokenizer.VocabularySize);
        Assert.Equal([5, 9, 5, 5, 2], tokenizer.Encode("ab<s> x ab ab "));
        Assert.Equal([5, 9, 5], tokenizer.Encode("ab<s> xab"));
        Assert.Equal(" ab<s> x", tokenizer.Decode([5, 4, 9]));
        Assert.Contains("0x63", Assert.Throws<InputException>(() => tokenizer.Encode("abc")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"BPE\"", "\"WordPiece\"", "unk_token is missing")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}", "a normalizer")]
    [InlineData("\"ByteLevel\"", "\"Metaspace\"", "replacement is missing")]
    [InlineData("\"post_processor\":null", "\"post_processor\":{\"type\":\"BertProcessing\"}", "post_processor 'BertProcessing'")]
    [InlineData("\"post_processor\":null", "\"post_processor\":{\"type\":\"TemplateProcessing\"}", "single is missing")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"}]}", "a normalizer")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Sequence\"}", "normalizers is missing")]
    [InlineData("\"normalizer\":null", "\"normalizer\":7", "normalizer is not an object")]
    [InlineData("\"trim_offsets\":true", "\"use_regex\":\"no\"", "use_regex must be true or false")]
    [InlineData("\"trim_offsets\":true", "\"use_regex\":false", "'use_regex'")]
    [InlineData("\"vocab\"", "\"byte_fallback\":true,\"vocab\"", "'byte_fallback'")]
    [InlineData("\"vocab\"", "\"dropout\":0.1,\"vocab\"", "dropout")]
    [InlineData("\"vocab\"", "\"end_of_word_suffix\":\"</w>\",\"vocab\"", "'end_of_word_suffix'")]
    [InlineData("\"vocab\"", "\"unk_token\":\"a\",\"vocab\"", "'unk_token'")]
    [InlineData("\"lstrip\":false", "\"lstrip\":true", "'lstrip'")]
    [InlineData("\"vocab\"", "\"vocabulary\"", "vocab is missing")]
    [InlineData("\"b\":1", "\"b\":0", "id 0")]
    [InlineData("\"b\":1", "\"b\":-1", "'b'")]
    [InlineData("\"b\":1", "\"b\":1.5", "'b'")]
    [InlineData("\"b\":1", "\"a\":1", "merge 1")]
    [InlineData("\"b\":1", "\"\\u2581\":1,\"b\":7", "byte alphabet")]
    [InlineData("[\"a\",\"b\"]", "[\"a\",\"c\"]", "merge 1")]
    [InlineData("[\"a\",\"b\"]", "[\"b\",\"a\"]", "'ba'")]
    [InlineData("[\"a\",\"b\"]", "\"a b c\"", "merge 1")]
    [InlineData("[\"a\",\"b\"]", "7", "merge 1")]
    [InlineData("\"id\":9", "\"id\":0", "'<s> x'")]
    [InlineData("\"id\":9", "\"id\":\"9\"", "id must be")]
    [InlineData("\"id\":9,", "", "id is missing")]
    [InlineData("\"merges\":[", "\"merges\":[[],", "merge 1")]
    public void UnsupportedAndMalformedFilesAreRefused(string part, string replacement, string message)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(part, Small, StringComparison.Ordinal);
        File.WriteAllText(folder["t.json"], Small.Replace(part, replacement, StringComparison.Ordinal));
        string actual = Assert.Throws<InputException>(() => BytePairTokenizer.Load(folder["t.json"])).Message;
        Assert.Contains(message, actual, StringComparison.Ordinal);
        Assert.Contains("t.json", actual, StringComparison.Ordinal);
    }

    [Fact]
    public void APairThatIsListedTwiceHasItsLastRank()
    {
        using var folder = new TemporaryFolder();
        const string vocabulary = """{"t":0,"h":1,"e":2,"th":3,"he":4,"the":5}""";
        File.WriteAllText(folder["vocab.json"], vocabulary);
        File.WriteAllText(folder["merges.txt"], "#version: 0.2\nt h\nh e\nth e\n");
        Assert.Equal([5], BytePairTokenizer.Load(folder["vocab.json"], folder["merges.txt"]).Encode("the"));
        File.AppendAllText(folder["merges.txt"], "\nt h\n#version again\n");
        Assert.Equal([0, 4], BytePairTokenizer.Load(folder["vocab.json"], folder["merges.txt"]).Encode("the"));
        string longWord = string.Concat(Enumerable.Repeat("the", 40));
        Assert.Equal(Enumerable.Repeat(new[] { 0, 4 }, 40).SelectMany(pair => pair),
            BytePairTokenizer.Load(folder["vocab.json"], folder["merges.txt"]).Encode(longWord));

        File.WriteAllText(folder["t.json"], $$$"""
            {"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},
             "model":{"type":"BPE","vocab":{{{vocabulary}}},"merges":["#version: 0.2","t h","h e","th e","t h"]}}
            """);
        Assert.Equal([0, 4], BytePairTokenizer.Load(folder["t.json"]).Encode("the"));
    }

    [Theory]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[]}""")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"ByteLevel","add_prefix_space":true}]}""")]
    [InlineData("pre_tokenizer",
        """{"type":"Sequence","pretokenizers":[{"type":"Sequence","pretokenizers":[{"type":"ByteLevel","add_prefix_space":true}]}]}""")]
    [InlineData("post_processor", """{"type":"Sequence","processors":[{"type":"ByteLevel","trim_offsets":false}]}""")]
    [InlineData("post_processor",
        """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{}}""")]
    public void ComponentsThatChangeNothingAreRead(string part, string component)
    {
        using var folder = new TemporaryFolder();
        JsonNode file = JsonNode.Parse(Small)!;
        file[part] = JsonNode.Parse(component);
        File.WriteAllText(folder["t.json"], file.ToJsonString());
        Assert.Equal([5, 9, 5], BytePairTokenizer.Load(folder["t.json"]).Encode("ab<s> xab"));
    }

    [Fact]
    public void ATemplatePutsTokensBeforeEveryText()
    {
        using var folder = new TemporaryFolder();
        JsonNode file = JsonNode.Parse(Small)!;
        file["post_processor"] = JsonNode.Parse("""
            {"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing",
             "single":[{"SpecialToken":{"id":"<s> x","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
             "pair":[],"special_tokens":{"<s> x":{"id":"<s> x","ids":[9,3],"tokens":["<s> x","ab"]}}}]}
            """);
        File.WriteAllText(folder["t.json"], file.ToJsonString());
        BytePairTokenizer tokenizer = BytePairTokenizer.Load(folder["t.json"]);
        Assert.Equal([9, 3, 5], tokenizer.Encode("ab"));
        Assert.Equal([9, 3], tokenizer.Encode(""));
        tokenizer.Save(folder["again.json"]);
        Assert.Equal([9, 3, 5], BytePairTokenizer.Load(folder["again.json"]).Encode("ab"));

        // Sentences of translations have marks of their own.
        Assert.Equal([5 + SpecialIds.FirstOrdinary], new SentenceTokenizer(tokenizer).Encode("ab"));

        JsonArray single = file["post_processor"]!["processors"]![1]!["single"]!.AsArray();
        single.Add(single[0]!.DeepClone());
        Refuse("behind every text");
        single.RemoveAt(2);
        file["post_processor"]!["processors"]![1]!["special_tokens"]!["<s> x"]!["ids"]![0] = 8;
        Refuse("the id 8");
        single.RemoveAt(1);
        single.RemoveAt(0);
        Refuse("leaves out the text");

        void Refuse(string expected)
        {
            File.WriteAllText(folder["t.json"], file.ToJsonString());
            Assert.Contains(expected, Assert.Throws<InputException>(() => BytePairTokenizer.Load(folder["t.json"])).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TokensOfTheNormalizedTextComeAfterTheOthers()
    {
        using var folder = new TemporaryFolder();
        JsonNode file = JsonNode.Parse(Small)!;
        file["added_tokens"] = JsonNode.Parse("""
            [{"id":10,"content":"ab<s","special":false,"normalized":true,"single_word":false,"lstrip":false,"rstrip":false},
             {"id":11,"content":"<s>","special":true,"normalized":false,"single_word":false,"lstrip":false,"rstrip":false}]
            """);
        file["model"]!["vocab"] = JsonNode.Parse("""{"a":0,"b":1,"Ġ":2,"ab":3,"Ġab":5,"ab<s":10,"<s>":11}""");
        File.WriteAllText(folder["t.json"], file.ToJsonString());
        BytePairTokenizer tokenizer = BytePairTokenizer.Load(folder["t.json"]);
        Assert.Equal([5, 11, 10, 2], tokenizer.Encode("ab<s>ab<s "));
        tokenizer.Save(folder["again.json"]);
        Assert.Equal([5, 11, 10, 2], BytePairTokenizer.Load(folder["again.json"]).Encode("ab<s>ab<s "));
    }

    [Theory]
    [InlineData("a b c\n", "merge 1")]
    [InlineData("#version: 0.2\nab\n", "merge 2")]
    [InlineData("a x\n", "merge 1")]
    public void MalformedMergeListsAreRefused(string merges, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["vocab.json"], """{"a":0,"b":1,"ab":2}""");
        File.WriteAllText(folder["merges.txt"], merges);
        Assert.Contains(message,
            Assert.Throws<InputException>(() => BytePairTokenizer.Load(folder["vocab.json"], folder["merges.txt"])).Message,
            StringComparison.Ordinal);
    }
}
