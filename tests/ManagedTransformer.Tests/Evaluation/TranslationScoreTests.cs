using ManagedTransformer.Evaluation.Metrics;
using Xunit;

namespace ManagedTransformer.Tests.Evaluation;

/// <summary>BLEU and chrF beyond the golden cases.</summary>
public sealed class TranslationScoreTests
{
    [Theory]
    [InlineData("a.,b", "a . , b")]
    [InlineData("5...6", "5 . . .6")]
    [InlineData("don't 3,500.75 and 5-6.", "don't 3,500.75 and 5 - 6 .")]
    [InlineData("&amp;lt; x<skipped>y", "< xy")]
    [InlineData("a\u001cb\u00a0c\u3000d", "a b c d")]
    [InlineData("\U0001F600.\U0001F600,", "\U0001F600 . \U0001F600 ,")]
    [InlineData("", "")]
    public void LinesAreTokenised(string line, string tokens) => Assert.Equal(tokens, string.Join(' ', Tokenizer13a.Tokenize(line)));

    [Fact]
    public void SignaturesNameEveryOption()
    {
        Assert.StartsWith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:ManagedTransformer-", new Bleu().Signature(1),
            StringComparison.Ordinal);
        BleuOptions options = new()
        {
            Lowercase = true,
            EffectiveOrder = true,
            Tokenizer = BleuTokenizer.Character,
            Smoothing = BleuSmoothing.Floor,
            SmoothingValue = 0.5,
        };
        Assert.StartsWith("nrefs:3|case:lc|eff:yes|tok:char|smooth:floor[0.50]|version:", new Bleu(options).Signature(3),
            StringComparison.Ordinal);
        Assert.StartsWith("nrefs:2|case:mixed|eff:yes|nc:6|nw:2|space:no|version:", new ChrF(new() { WordOrder = 2 }).Signature(2),
            StringComparison.Ordinal);
    }

    [Fact]
    public void ACorpusIsNotTheMeanOfItsSentences()
    {
        string[] hypotheses = ["the cat sat on the mat today", "a dog"], references = ["the cat sat on the mat today", "one big dog"];
        Bleu bleu = new(new() { EffectiveOrder = true });
        double corpus = bleu.Corpus(hypotheses, references).Score;
        Assert.Equal(100, bleu.Sentence(hypotheses[0], references[0]).Score, 1e-9);
        Assert.InRange(corpus, 0, 99);
        Assert.NotEqual((100 + bleu.Sentence(hypotheses[1], references[1]).Score) / 2, corpus, 1e-3);
    }

    [Fact]
    public void CharactersAreCodePoints()
    {
        BleuScore score = new Bleu(new() { Tokenizer = BleuTokenizer.Character, MaxOrder = 2 })
            .Corpus(["\U0001F600 ab"], ["\U0001F600 ac"]);
        Assert.Equal(3, score.Length);
        Assert.Equal([2.0, 1.0], score.Matches);

        // One of two code points matches; as UTF-16 units it would be three of four.
        Assert.Equal(50, new ChrF(new() { CharacterOrder = 1 }).Sentence("\U0001F600\U0001F601", "\U0001F600\U0001F602"), 1e-9);
    }

    [Fact]
    public void SubwordsAreJoined()
    {
        Assert.Equal("lower case words", TokenizedBleu.JoinSubwords("low@@ er case wor@@ ds"));
        Assert.Equal("cut", TokenizedBleu.JoinSubwords("cut@@"));
        Assert.Equal(100, TokenizedBleu.Corpus(["a b@@ c d e"], ["a bc d e"]).Score, 1e-9);
    }

    [Fact]
    public void ReferencesMustBelongToTheHypotheses()
    {
        Assert.Contains("2 hypotheses but 1", Assert.Throws<InputException>(() => new Bleu().Corpus(["a", "b"], ["a"])).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new ChrF().Corpus(["a"]));
        Assert.Throws<InputException>(() => new Bleu(new() { MaxOrder = 0 }));
        Assert.Throws<InputException>(() => new ChrF(new() { Beta = 0 }));
    }
}
