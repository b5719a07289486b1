using System.Text;
using ManagedTransformer.Data.Builtin;
using ManagedTransformer.Hashing;
using Xunit;

namespace ManagedTransformer.Tests.Data;

public class StoryCorpusTests
{
    [Fact]
    public void TheTextAloneGivesItsProbability()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            StoryCorpus corpus = StoryCorpus.Generate(seed, 2000);
            Assert.Equal(corpus.LogProbability, StoryCorpus.ComputeLogProbability(corpus.Text));
        }
    }

    [Fact]
    public void ProbabilitiesOfAllContinuationsSumToOne()
    {
        // Walks every branch that a grammar of the same kind can take: nested choices, masks, repeated loops.
        static void Tell(StoryTape tape)
        {
            var names = new PhraseSet(["Ann", "Bob", "Cy"], [3, 2, 1]);
            int first = tape.Choose(names);
            tape.Say(" and ");
            tape.Choose(names, ~(1UL << first));
            var links = new PhraseSet([" ran", " sat", "."], [2, 1, 4]);
            for (int i = 0; ; i++)
            {
                if (tape.Choose(links, i == 0 ? 3UL : i == 3 ? 4UL : 7UL) == 2)
                {
                    break;
                }
            }
        }

        var texts = new HashSet<string>();
        double sum = 0;
        foreach ((string text, double logProbability) in EnumeratingTape.All(Tell))
        {
            Assert.True(texts.Add(text), text);
            sum += Math.Exp(logProbability);
            var reader = new StoryReader(text);
            Tell(reader);
            Assert.Equal(logProbability, reader.LogProbability);
            Assert.Equal(text.Length, reader.Position);
        }

        Assert.Equal(1, sum, 1e-12);
    }

    [Fact]
    public void StoryChoicesAreNormalised()
    {
        // At each choice of the real grammar, the alternatives have different texts and probabilities that sum to one.
        var tape = new NormalisationTape(5);
        for (int i = 0; i < 50; i++)
        {
            StoryGrammar.Tell(tape);
        }

        Assert.True(tape.Choices > 2000);
    }

    [Fact]
    public void CrossEntropyOfFreshStoriesAgreesWithTheFloor()
    {
        double first = StoryCorpus.Generate(11, 300_000).BitsPerCharacter, second = StoryCorpus.Generate(12, 300_000).BitsPerCharacter;
        Assert.Equal(first, second, 0.01);
        Assert.InRange(first, 0.35, 0.7);
    }

    [Fact]
    public void StoriesAreAsciiOfModerateLength()
    {
        StoryCorpus corpus = StoryCorpus.Generate(3, 300_000);
        Assert.True(Ascii.IsValid(corpus.Text));
        Assert.EndsWith(".\n\n", corpus.Text, StringComparison.Ordinal);
        string[] stories = corpus.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(corpus.Stories, stories.Length);
        Assert.All(stories, s => Assert.InRange(s.Length, 400, 1600));
        Assert.DoesNotContain("  ", corpus.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\ba [aeiou]", corpus.Text);
        Assert.DoesNotMatch(@"\ban [^aeiou]", corpus.Text);
        Assert.DoesNotMatch(@"\bone (more )?(apples|nuts|coins|berries)", corpus.Text);
    }

    [Fact]
    public void SeedsSelectTextsAndTheTextOfASeedIsFixed()
    {
        Assert.Equal(StoryCorpus.Generate(7, 5000).Text, StoryCorpus.Generate(7, 5000).Text);
        Assert.NotEqual(StoryCorpus.Generate(7, 5000).Text, StoryCorpus.Generate(8, 5000).Text);
        Assert.StartsWith(StoryCorpus.Generate(7, 5000).Text, StoryCorpus.Generate(7, 20000).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void RandomNumbersAreThoseOfThePublishedGenerator()
    {
        var random = new SplitMix64(0);
        Assert.Equal([0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F], new[] { random.Next(), random.Next(), random.Next() });
    }

    [Fact]
    public void OtherTextHasProbabilityZero()
    {
        string text = StoryCorpus.Generate(1, 1000).Text;
        Assert.Equal(double.NegativeInfinity, StoryCorpus.ComputeLogProbability("It was a dark and stormy night.\n\n"));
        Assert.Equal(double.NegativeInfinity, StoryCorpus.ComputeLogProbability(text[..^2]));
        Assert.Equal(double.NegativeInfinity, StoryCorpus.ComputeLogProbability(text + "Once"));
        Assert.Equal(double.NegativeInfinity,
            StoryCorpus.ComputeLogProbability(text.Replace(" friend ", " fiend ", StringComparison.Ordinal)));
        Assert.Equal(0, StoryCorpus.ComputeLogProbability(""));
    }

    [Fact]
    public void PhrasesThatBeginWithEachOtherAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new PhraseSet("pea", "pear"));
        Assert.Throws<ArgumentException>(() => new PhraseSet("a", "a"));
        Assert.Throws<ArgumentException>(() => new PhraseSet());
        Assert.Throws<ArgumentException>(() => new PhraseSet(["a", "b"], [1, 0]));
    }

    /// <summary>Follows a given path of choices and notes how many there were at each.</summary>
    private sealed class EnumeratingTape(List<int> path) : StoryTape
    {
        private readonly StringBuilder _text = new();
        private readonly List<int> _optionCounts = [];

        public static IEnumerable<(string Text, double LogProbability)> All(Action<StoryTape> tell)
        {
            var path = new List<int>();
            while (true)
            {
                var tape = new EnumeratingTape(path);
                tell(tape);
                yield return (tape._text.ToString(), tape.LogProbability);
                while (path.Count > 0 && path[^1] + 1 == tape._optionCounts[path.Count - 1])
                {
                    path.RemoveAt(path.Count - 1);
                }

                if (path.Count == 0)
                {
                    yield break;
                }

                path[^1]++;
            }
        }

        public override void Say(string text) => _text.Append(text);

        protected override int Pick(PhraseSet set, ulong allowed, int totalWeight)
        {
            int[] options = [.. Enumerable.Range(0, set.Count).Where(i => set.Weight(i, allowed) > 0)];
            if (_optionCounts.Count == path.Count)
            {
                path.Add(0);
            }

            _optionCounts.Add(options.Length);
            return options[path[_optionCounts.Count - 1]];
        }
    }

    private sealed class NormalisationTape(int step) : StoryTape
    {
        public int Choices { get; private set; }

        public override void Say(string text) => Assert.NotEmpty(text);

        protected override int Pick(PhraseSet set, ulong allowed, int totalWeight)
        {
            int[] options = [.. Enumerable.Range(0, set.Count).Where(i => set.Weight(i, allowed) > 0)];
            Assert.Equal(1, options.Sum(i => (double)set.Weight(i, allowed) / totalWeight), 1e-12);
            Assert.Equal(options.Length, options.Select(i => set[i]).Distinct().Count());
            return options[Choices++ * step % options.Length];
        }
    }
}
