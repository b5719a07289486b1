using System.Text;
using FsCheck.Xunit;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Hashing;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization;

[Properties(Arbitrary = [typeof(RandomText)])]
public class TokenizerTests
{
    [Property]
    public bool BytesSurvive(string text)
    {
        var tokenizer = new ByteTokenizer();
        return tokenizer.Decode(tokenizer.Encode(text)) == text
            && tokenizer.Encode(text).AsSpan().SequenceEqual(tokenizer.Encode(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void UsedBytesAreNumberedInTheirOrder()
    {
        ByteTokenizer tokenizer = ByteTokenizer.FromText([(byte)'b', 0xFF, (byte)'a', 0, (byte)'b']);
        Assert.Equal(4, tokenizer.VocabularySize);
        Assert.Equal([0, 2, 1, 3], tokenizer.Encode([0, (byte)'b', (byte)'a', 0xFF]));
        Assert.Equal("bab", tokenizer.Decode(tokenizer.Encode("bab")));
        int[] ids = new int[2];
        TokenStream.Encode(tokenizer, "ba"u8.ToArray()).Read(0, ids);
        Assert.Equal([2, 1], ids);
        Refuse(() => tokenizer.Encode("abc"), "0x63 at offset 2");
        Refuse(() => ByteTokenizer.FromText([]), "empty");

        using var folder = new TemporaryFolder();
        string path = folder["tokenizer.json"];
        tokenizer.Save(path);
        Assert.Equal([0, 2, 1, 3], Tokenizer.Load(path).Encode([0, (byte)'b', (byte)'a', 0xFF]));
        File.WriteAllText(path, """{ "type": "byte", "bytes": [1, 256] }""");
        Refuse(() => Tokenizer.Load(path), "0 to 255");
        File.WriteAllText(path, """{ "type": "byte", "bytes": [7, 7] }""");
        Refuse(() => Tokenizer.Load(path), "names 7 twice");
    }

    [Property]
    public bool CharactersSurvive(string text)
    {
        if (text.Length == 0)
        {
            return true;
        }

        CharacterTokenizer tokenizer = CharacterTokenizer.FromText(text);
        int[] ids = tokenizer.Encode(text);
        return tokenizer.Decode(ids) == text && ids.Length == text.EnumerateRunes().Count()
            && tokenizer.VocabularySize == ids.Distinct().Count();
    }

    [Fact]
    public void CharacterIdsFollowTheCodePoints()
    {
        CharacterTokenizer tokenizer = CharacterTokenizer.FromText("\U0001F600zebra\uFFFD");
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], tokenizer.Encode("aberz\uFFFD\U0001F600"));
    }

    [Fact]
    public void UnknownCharactersAndBadUtf8AreNamed()
    {
        CharacterTokenizer tokenizer = CharacterTokenizer.FromText("abc\n");
        Refuse(() => tokenizer.Encode("ab\nc\u00e9"), "'\u00e9' (U+00E9) at byte offset 4, line 2");
        Refuse(() => tokenizer.Encode("a\tb"), "U+0009 at byte offset 1, line 1");
        Refuse(() => tokenizer.Encode([(byte)'a', 0xFF]), "byte offset 1 (byte 0xFF)");
        Refuse(() => CharacterTokenizer.FromText([(byte)'a', (byte)'b', 0xC3]), "byte offset 2");
        Refuse(() => CharacterTokenizer.FromText(""), "empty");
    }

    [Fact]
    public void WordsAreOrderedByFrequency()
    {
        WordTokenizer tokenizer = WordTokenizer.FromText("b a c\na b d <unk>\n a <eos>");
        Assert.Equal(6, tokenizer.VocabularySize);
        Assert.Equal([2, 3, 4, 5, 0, 1, 0, 2], tokenizer.Encode("a b  c\td x\n<unk> a"));
        Assert.Equal("a b c d <unk>\n<unk> a", tokenizer.Decode([2, 3, 4, 5, 0, 1, 0, 2]));
        Assert.Equal(4, WordTokenizer.FromText("b a c\na b d", minimumCount: 2).VocabularySize);
        Assert.Equal(3, WordTokenizer.FromText("b a c\na b d", maximumSize: 3).VocabularySize);
    }

    [Property]
    public bool KnownWordsSurvive(string text)
    {
        string normal = string.Join('\n',
            text.Split('\n').Select(line => string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
        WordTokenizer tokenizer = WordTokenizer.FromText(text);
        return tokenizer.Decode(tokenizer.Encode(text)) == normal;
    }

    [Fact]
    public void FilesGiveBackTheTokenizer()
    {
        using var folder = new TemporaryFolder();
        const string text = "The \"quick\" <brown> f\u00f6x\n\tjumps \u2028 over\0 \U0001F98A's \\ dog";
        foreach (ITokenizer tokenizer in new ITokenizer[] { new ByteTokenizer(), CharacterTokenizer.FromText(text),
            WordTokenizer.FromText(text) })
        {
            tokenizer.Save(folder["tokenizer.json"]);
            ITokenizer loaded = Tokenizer.Load(folder["tokenizer.json"]);
            Assert.IsType(tokenizer.GetType(), loaded);
            Assert.Equal(tokenizer.VocabularySize, loaded.VocabularySize);
            Assert.Equal(tokenizer.Encode(text), loaded.Encode(text));
            byte[] saved = File.ReadAllBytes(folder["tokenizer.json"]);
            loaded.Save(folder["tokenizer.json"]);
            Assert.Equal(saved, File.ReadAllBytes(folder["tokenizer.json"]));
        }
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\"type\":\"byte\"", "not valid JSON")]
    [InlineData("{}", "lacks the key 'type'")]
    [InlineData("{\"type\":1}", "'type'")]
    [InlineData("{\"type\":\"morse\"}", "'morse'")]
    [InlineData("{\"type\":\"char\"}", "'characters'")]
    [InlineData("{\"type\":\"char\",\"characters\":\"\"}", "is empty")]
    [InlineData("{\"type\":\"char\",\"characters\":\"aba\"}", "'a' (U+0061) twice")]
    [InlineData("{\"type\":\"char\",\"characters\":\"\\ud800\"}", "not valid Unicode")]
    [InlineData("{\"type\":\"word\",\"words\":[\"a\",\"b\"]}", "'<unk>'")]
    [InlineData("{\"type\":\"word\",\"words\":[\"<unk>\",\"<eos>\",\"a\",\"a\"]}", "'a' twice")]
    [InlineData("{\"type\":\"word\",\"words\":[\"<unk>\",\"<eos>\",7]}", "Entry 2")]
    public void MalformedFilesAreRefused(string json, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], json);
        Refuse(() => Tokenizer.Load(folder["tokenizer.json"]), message);
        Refuse(() => Tokenizer.Load(folder["tokenizer.json"]), "tokenizer.json");
    }

    [Fact]
    public void DamagedFilesAreReadOrRefusedInWords()
    {
        using var folder = new TemporaryFolder();
        string path = folder["tokenizer.json"];
        foreach (ITokenizer tokenizer in new ITokenizer[] { CharacterTokenizer.FromText("a\"\n\u4e2d"), WordTokenizer.FromText("a b"),
            BytePairTokenizer.Train("abab <x>"u8, 260, ["<x>"]) })
        {
            tokenizer.Save(path);
            byte[] good = File.ReadAllBytes(path);
            var random = new SplitMix64(3);
            for (int i = 0; i < 500; i++)
            {
                byte[] bad = [.. good];
                bad[SplitMix64.Scale(random.Next(), bad.Length)] = "\"\\{[:,0-9tn\xff\ud7ff"u8[(int)(random.Next() % 16)];
                File.WriteAllBytes(path, i % 10 == 0 ? bad[..(int)SplitMix64.Scale(random.Next(), bad.Length)] : bad);
                try
                {
                    Tokenizer.Load(path);
                }
                catch (InputException e)
                {
                    Assert.Contains(path, e.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void StreamsHoldTheTokensOfAText()
    {
        byte[] text = Encoding.UTF8.GetBytes("na\u00efve text");
        foreach (ITokenizer tokenizer in new ITokenizer[] { new ByteTokenizer(), CharacterTokenizer.FromText(text),
            WordTokenizer.FromText(text) })
        {
            int[] ids = tokenizer.Encode(text), read = new int[ids.Length];
            TokenStream stream = TokenStream.Encode(tokenizer, text);
            Assert.Equal(ids.Length, stream.Length);
            stream.Read(0, read);
            Assert.Equal(ids, read);
        }
    }

    [Fact]
    public void StreamingGivesOnlyWholeCharacters()
    {
        const string text = "na\u00efve \U0001F600 \u4e2d";
        var tokenizer = new ByteTokenizer();
        var decoder = new StreamingDecoder(tokenizer);
        string[] pieces = [.. tokenizer.Encode(text).Select(decoder.Append)];
        Assert.Equal(text, string.Concat(pieces) + decoder.Flush());
        Assert.All(pieces, piece => Assert.DoesNotContain('\uFFFD', piece));
        Assert.Equal("", decoder.Append(0xE4) + decoder.Append(0xB8));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("a", decoder.Append('a'));
    }

    [Fact]
    public void StreamingAgreesWithDecoding()
    {
        WordTokenizer words = WordTokenizer.FromText("one two\nthree");
        var decoder = new StreamingDecoder(words);
        int[] ids = words.Encode("two one\n\nthree four");
        Assert.Equal(words.Decode(ids), string.Concat(ids.Select(decoder.Append)));
    }

    [Fact]
    public void IdsOutsideTheVocabularyAreRefused()
    {
        foreach (ITokenizer tokenizer in new ITokenizer[] { new ByteTokenizer(), CharacterTokenizer.FromText("ab"),
            WordTokenizer.FromText("a b") })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([tokenizer.VocabularySize]));
            Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([-1]));
        }
    }

    private static void Refuse(Func<object> action, string message) =>
        Assert.Contains(message, Assert.Throws<InputException>(action).Message, StringComparison.Ordinal);
}
