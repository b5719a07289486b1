namespace ManagedTransformer.Data.Builtin;

/// <summary>
/// Small English stories from a seeded probabilistic grammar, with their exact probability: a corpus that needs no download and whose best
/// possible loss is known. The grammar is unambiguous, so the sum of ln p over the random choices is ln P(text), and no model can do better
/// on average than -log2 P(text) / characters bits per character (<see cref="BitsPerCharacter"/>). The stories are plain ASCII, some 600 to
/// 1,300 characters long and separated by a blank line. They call for agreement (she, her), arithmetic (counts after giving and finding)
/// and memory (facts of the first sentences are asked for at the end).
/// </summary>
/// <param name="Text">The stories, each followed by a blank line.</param>
/// <param name="LogProbability">ln P(text) in nats, given the number of stories.</param>
/// <param name="Stories">The number of stories.</param>
internal sealed record StoryCorpus(string Text, double LogProbability, int Stories)
{
    /// <summary>The entropy floor of this text: -log2 P(text) / characters.</summary>
    public double BitsPerCharacter => -LogProbability / Math.Log(2) / Text.Length;

    /// <summary>Writes stories until the text has the wanted length. The same seed gives the same text on every platform.</summary>
    /// <param name="seed">Selects the stories; texts of different seeds are independent.</param>
    /// <param name="minimumCharacters">The length at which no further story begins, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minimumCharacters"/> is less than 1.</exception>
    public static StoryCorpus Generate(ulong seed, int minimumCharacters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumCharacters, 1);
        var writer = new StoryWriter(seed);
        int stories = 0;
        for (; writer.Text.Length < minimumCharacters; stories++)
        {
            StoryGrammar.Tell(writer);
        }

        return new(writer.Text.ToString(), writer.LogProbability, stories);
    }

    /// <summary>
    /// The probability of a text under the grammar, from the text alone: ln P(text) in nats given its number of stories, or negative
    /// infinity where the grammar does not write it (a part of a story, or any other text).
    /// </summary>
    /// <param name="text">Whole stories, each followed by a blank line.</param>
    public static double ComputeLogProbability(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new StoryReader(text);
        while (reader.Position < text.Length && !reader.Failed)
        {
            StoryGrammar.Tell(reader);
        }

        return reader.LogProbability;
    }
}
