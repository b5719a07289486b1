using System.Diagnostics;
using System.Text;
using FsCheck.Xunit;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.Unicode;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization.Pipeline;

/// <summary>Files that were made to harm end in one sentence, soon and without much memory.</summary>
public sealed class HostileTests
{
    private const string Model = """{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}""";

    public static TheoryData<string, string> Files => new()
    {
        { "[]", "not a JSON object" },
        { "{}", "'type'" },
        { """{"model":7}""", "model" },
        { """{"model":null}""", "model" },
        { """{"version":"2.0","model":M}""", "version" },
        { """{"model":M}{}""", "not valid JSON" },
        { """{"model":{"type":"WordLevel","vocab":[],"unk_token":"a"}}""", "vocab" },
        { """{"model":{"type":"WordLevel","vocab":{"a":-1},"unk_token":"a"}}""", "'a'" },
        { """{"model":{"type":"WordLevel","vocab":{"a":0.5},"unk_token":"a"}}""", "'a'" },
        { """{"model":{"type":"WordLevel","vocab":{"a":2000000000},"unk_token":"a"}}""", "2000000000" },
        { """{"model":{"type":"WordLevel","vocab":{"a":0,"b":0},"unk_token":"a"}}""", "the id 0" },
        { """{"model":{"type":"WordLevel","vocab":{"a":0}}}""", "unk_token" },
        { """{"model":{"type":"WordLevel","vocab":{"\ud800":0},"unk_token":"a"}}""", "Unicode" },
        { """{"model":{"type":"BPE","vocab":{"a":0},"merges":["a a"]}}""", "merge 1" },
        { """{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}}""", "merge 1" },
        { """{"model":{"type":"BPE","vocab":{"a":0},"merges":[7]}}""", "merge 1" },
        { """{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}}""", "dropout" },
        { """{"model":{"type":"Unigram","vocab":[["a",1e999]],"unk_id":0}}""", "piece 0" },
        { """{"model":{"type":"Unigram","vocab":[["a",0]],"unk_id":5}}""", "unk_id" },
        { """{"model":{"type":"Unigram","vocab":[["a"]],"unk_id":0}}""", "piece 0" },
            {
                """
                {"model":{"type":"WordPiece","vocab":{"a":0},"unk_token":"a",
                "continuing_subword_prefix":"#","max_input_chars_per_word":-1}}
                """,
                "max_input"
            },
        { """{"model":M,"normalizer":{"type":"Precompiled","precompiled_charsmap":"////fw=="}}""", "charsmap" },
        { """{"model":M,"normalizer":{"type":"Precompiled","precompiled_charsmap":"BAAAAAAB/wc="}}""", "points outside" },
        { """{"model":M,"normalizer":{"type":"Replace","pattern":{"Regex":"(("},"content":""}}""", "'(('" },
        { """{"model":M,"normalizer":{"type":"Replace","pattern":7,"content":""}}""", "pattern" },
        { """{"model":M,"pre_tokenizer":{"type":"UnicodeScripts"}}""", "UnicodeScripts" },
        { """{"model":M,"pre_tokenizer":{"type":"FixedLength","length":5}}""", "FixedLength" },
        { """{"model":M,"pre_tokenizer":{"type":"Sequence","pretokenizers":7}}""", "pretokenizers" },
            {
                """{"model":M,"pre_tokenizer":{"type":"Metaspace","replacement":"_","add_prefix_space":false,"prepend_scheme":"always"}}""",
                "add_prefix_space"
            },
        { """{"model":M,"decoder":{"type":"CTC"}}""", "CTC" },
        { """{"model":M,"decoder":{"type":"Metaspace","replacement":"","prepend_scheme":"always"}}""", "replacement" },
        { """{"model":M,"decoder":{"type":"Strip","content":"a","start":-1,"stop":0}}""", "start" },
        { """{"model":M,"added_tokens":7}""", "added_tokens" },
        { """{"model":M,"added_tokens":[{"id":0,"content":"a"}]}""", "single_word" },
        { """{"model":M,"post_processor":{"type":"BertProcessing","sep":["a",9],"cls":["a",0]}}""", "9" },
            {
                """
                {"model":M,"post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"B",
                "type_id":0}}],"pair":[],"special_tokens":{}}}
                """,
                "'B'"
            },
        { """{"model":M,"truncation":{"max_length":-5,"strategy":"LongestFirst","stride":0,"direction":"Right"}}""", "max_length" },
            {
                """{"model":M,"padding":{"strategy":{"Fixed":2000000000},"direction":"Right","pad_id":0,"pad_token":"a"}}""",
                "padding"
            },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void FilesAreRefusedByOneSentence(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["t.json"], json.Replace(":M", $":{Model}", StringComparison.Ordinal));
        string message = Assert.Throws<InputException>(() => Tokenizer.Load(folder["t.json"])).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("t.json", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    // What a short file can ask for without end.
    [Theory]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[LIST]}""",
        """{"type":"Replace","pattern":{"Regex":"."},"content":"aaaaaaaaaaaaaaaa"}""", 12)]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[LIST]}""",
        """{"type":"Replace","pattern":{"String":""},"content":"aaaaaaaaaaaaaaaa"}""", 12)]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[LIST]}""",
        """{"type":"ByteLevel","add_prefix_space":true,"use_regex":false}""", 200)]
    [InlineData("decoder", """{"type":"Sequence","decoders":[LIST]}""",
        """{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaaaaaaaa"}""", 12)]
    public void TextsThatGrowWithoutEndAreRefused(string part, string list, string component, int count)
    {
        using var folder = new TemporaryFolder();
        string components = list.Replace("LIST", string.Join(',', Enumerable.Repeat(component, count)), StringComparison.Ordinal);
        File.WriteAllText(folder["t.json"], $$"""{"model":{{Model}},"{{part}}":{{components}}}""");
        ITokenizer tokenizer = Tokenizer.Load(folder["t.json"]);
        var watch = Stopwatch.StartNew();
        string message = Assert.Throws<InputException>(() => tokenizer.Decode(tokenizer.Encode("a \u3000b"))).Message;
        Assert.Contains("The tokenizer makes more than", message, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
    }

    [Theory]
    [InlineData(@"\p{L}&&", 4000)]
    [InlineData(@"\p{L}\p{N}", 2000)]
    [InlineData("[^\\p{L}]", 2000)]
    public void ClassesOfManyPartsAreRefused(string part, int count)
    {
        using var folder = new TemporaryFolder();
        string pattern = $"(?i)[{string.Concat(Enumerable.Repeat(part, count))}a]".Replace(@"\", @"\\", StringComparison.Ordinal);
        File.WriteAllText(folder["t.json"],
            $$$"""{"model":{{{Model}}},"normalizer":{"type":"Replace","pattern":{"Regex":"{{{pattern}}}"},"content":""}}""");
        Assert.Contains("too many parts", Assert.Throws<InputException>(() => Tokenizer.Load(folder["t.json"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFileOfOursMayNotHaveEntriesWithoutEnd()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["t.json"], $$"""{"type":"byte","bytes":[{{string.Join(',', Enumerable.Repeat('1', 2_000_000))}}]}""");
        Assert.Contains("entries", Assert.Throws<InputException>(() => Tokenizer.Load(folder["t.json"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("   ab", new[] { 2, 1 }, new[] { "   ", "ab" })]
    [InlineData("a   b   a", new[] { 0, 2, 3, 0 }, new[] { "a", "   ", "b   ", "a" })]
    [InlineData("ab b", new[] { 1, 2, 3 }, new[] { "ab", " ", "b" })]
    public void TokensOfWhiteSpaceDoNotOverlap(string text, int[] ids, string[] tokens)
    {
        using var folder = new TemporaryFolder();
        string added = string.Join(',', ((string[])["ab", " ", "b"]).Select((content, i) =>
            $$"""
            {"id":{{i + 1}},"content":"{{content}}","single_word":false,"lstrip":{{(i > 0 ? "true" : "false")}},
             "rstrip":{{(i > 0 ? "true" : "false")}},"normalized":false,"special":true}
            """));
        File.WriteAllText(folder["t.json"], $$"""{"model":{{Model}},"added_tokens":[{{added}}]}""");
        TokenEncoding encoding = ((PipelineTokenizer)Tokenizer.Load(folder["t.json"])).Encode(text, null);
        Assert.Equal(ids, encoding.Ids);
        Assert.Equal(tokens, encoding.Tokens);
    }

    [Theory]
    [InlineData("  ab", "ab")]
    [InlineData("ab", "\u2581ab")]
    [InlineData("xab", "\u2581xab")]
    public void AMarkGoesToTheStartOnlyWhereNothingWasStripped(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["t.json"], """
            {"model":{"type":"Unigram","vocab":[["<unk>",0]],"unk_id":0},"normalizer":{"type":"Strip","strip_left":true,"strip_right":false},
             "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first"}}
            """);
        Assert.Equal([expected], ((PipelineTokenizer)Tokenizer.Load(folder["t.json"])).Encode(text, null).Tokens);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u000a\u00ff\u00ff\u00ff\u00ff\u000f")]
    [InlineData("\u000a\u0003\u000a\u0001a")]
    [InlineData("\u000a\u0005\u000a\u0001a\u0018\u0009")]
    [InlineData("\u000f")]
    public void DamagedSentencePieceModelsAreRefused(string bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["t.model"], Encoding.Latin1.GetBytes(bytes));
        string message = Assert.Throws<InputException>(() => Tokenizer.Load(folder["t.model"])).Message;
        Assert.Contains("t.model", message, StringComparison.Ordinal);
    }

    // Names of bytes that name none are tokens as others are.
    [Theory]
    [InlineData("<0x-1>")]
    [InlineData("<0xZZ>")]
    [InlineData("<0x 1>")]
    [InlineData("<0x100>")]
    [InlineData("<0x+1>")]
    public void ATokenThatNamesNoByteIsText(string token)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["t.json"], $$$"""
            {"model":{"type":"BPE","vocab":{"a":0,"{{{token}}}":1,"<0x41>":2},"merges":[],"byte_fallback":true,"unk_token":"a"},
             "decoder":{"type":"ByteFallback"}}
            """);
        Assert.Equal($"{token}A", Tokenizer.Load(folder["t.json"]).Decode([1, 2]));
    }

    [Fact]
    public void AVeryLongTokenIsOne()
    {
        using var folder = new TemporaryFolder();
        string token = new('b', 1_000_000);
        File.WriteAllText(folder["t.json"], $$$"""{"model":{"type":"WordLevel","vocab":{"a":0,"{{{token}}}":1},"unk_token":"a"}}""");
        ITokenizer tokenizer = Tokenizer.Load(folder["t.json"]);
        Assert.Equal([1], tokenizer.Encode(token));
        Assert.Equal(token, tokenizer.Decode([1]));
    }

    // Bytes that are part of no character count alone, forwards and backwards.
    [Theory]
    [InlineData(@"[\p{P}\p{S}]+$[\r\n]*")]
    [InlineData("[^a]+b")]
    [InlineData(@".*?x|(?<=..)a|\bb")]
    public void PatternsGoOverBytesThatAreNoText(string pattern)
    {
        byte[] text = [0x80, 0x80, 0x80, .. "ab "u8, 0xE4, 0xB8, 0xF0, 0x9F, 0x98, 0xC3, 0x28, 0xED, 0xA0, 0x80, 0xFF, 0xBF, 0xBF];
        PatternSearch search = new(new RegexPattern(pattern), new PatternBudget(text.Length));
        for (int end = 0; search.Next(text); end = search.End)
        {
            Assert.InRange(search.Start, end, search.End);
            Assert.InRange(search.End, search.Start, text.Length);
        }
    }

    [Property(MaxTest = 300)]
    public void ACodePointBeforeIsTheOneThatEndsThere(byte[] noise, byte[] choices)
    {
        byte[] text =
        [
            .. noise, .. choices.SelectMany(choice => (byte[])(choice % 4 == 0 ? [0xE4, 0xB8, 0x96] : [(byte)(0x80 | choice)])),
        ];
        for (int start = 0; start < text.Length;)
        {
            Utf8.Read(text, start, out int length);
            Assert.Equal(start, Utf8.Before(text, start + length));
            start += length;
        }
    }

    [Fact]
    public void LongTextsTakeNoQuadraticTime()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["t.json"],
            """{"model":{"type":"BPE","vocab":{"a":0,"aa":1,"aaaa":2,"b":3},"merges":["a a","aa aa"],"unk_token":"b"}}""");
        ITokenizer tokenizer = Tokenizer.Load(folder["t.json"]);
        var watch = Stopwatch.StartNew();
        Assert.Equal(250_000, tokenizer.Encode(new string('a', 1_000_000)).Length);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
    }

    [Fact]
    public void SmallTokensTakeLittleMemory()
    {
        using var folder = new TemporaryFolder();
        StringBuilder json = new("""{"junk":[""");
        json.AppendJoin(',', Enumerable.Repeat("0", 4_000_000)).Append("""],"model":{"type":"WordLevel","unk_token":"a","vocab":{"a":0""");
        for (int i = 1; i < 300_000; i++)
        {
            json.Append(System.Globalization.CultureInfo.InvariantCulture, $",\"{i:x}\":{i}");
        }

        File.WriteAllText(folder["t.json"], json.Append("}}}").ToString());
        json.Clear();
        long size = new FileInfo(folder["t.json"]).Length, before = GC.GetAllocatedBytesForCurrentThread();
        Tokenizer.Load(folder["t.json"]);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2 * size + (64 << 20));
    }
}
