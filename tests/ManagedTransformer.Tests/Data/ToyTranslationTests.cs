using ManagedTransformer.Data.Builtin;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Hashing;
using Xunit;

namespace ManagedTransformer.Tests.Data;

/// <summary>The built-in pair of invented languages.</summary>
public sealed class ToyTranslationTests
{
    [Fact]
    public void TheSeedDecides()
    {
        Assert.Equal(Text(3), Text(3));
        Assert.NotEqual(Text(3), Text(4));

        static string Text(ulong seed) => string.Join('\n', TranslationCorpus.Invent(seed, 50, 5, 5).Train.Pairs);
    }

    [Fact]
    public void PartsShareNoSentence()
    {
        TranslationCorpus corpus = TranslationCorpus.Invent(1, 5000, 500, 500);
        Assert.Equal((5000, 500, 500), (corpus.Train.Pairs.Count, corpus.Validation.Pairs.Count, corpus.Test.Pairs.Count));
        SentencePair[] all = [.. corpus.Train.Pairs, .. corpus.Validation.Pairs, .. corpus.Test.Pairs];
        Assert.Equal(all.Length, all.Select(pair => pair.Source).Distinct().Count());
    }

    [Fact]
    public void EverySourceHasOneTranslation()
    {
        SplitMix64 random = new(7);
        Dictionary<string, string> translations = [];
        HashSet<string> words = [];
        for (int i = 0; i < 100_000; i++)
        {
            (string source, string target) = ToySentence.Draw(ref random).Write();
            Assert.Equal(target, translations.TryGetValue(source, out string? known) ? known : target);
            translations[source] = target;
            words.UnionWith(source.TrimEnd('.', '?').Split(' '));
        }

        Assert.InRange(words.Count, 100, 300);
    }

    [Fact]
    public void WordOrderAndEndingsDiffer()
    {
        ToyNounPhrase cats = new(0, false, true, true, null, [0]), house = new(2, false, false, false, null, [1]),
            river = new(4, false, false, true, null, []);
        ToySentence sentence = new(cats, null, new ToyVerbPhrase(0, ToyTense.Past, true, house), 4, river, 0, false);
        Assert.Equal(("hodiau la bonaj katoj ne vidis un granda domo apud la rivo.",
            "mirarta jelar selaprita tolam ormam dan masevulne."), sentence.Write());
        ToySentence question = new(cats, new ToyVerbPhrase(1, ToyTense.Present, false, house),
            new ToyVerbPhrase(0, ToyTense.Future, false, null), 0, null, null, true);
        Assert.Equal(("chu la bonaj katoj kiu amas un granda domo dormos?", "tolam ormam lubitsha mirarta jelar snurevne ka?"),
            question.Write());
    }
}
