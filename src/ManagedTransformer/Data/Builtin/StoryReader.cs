namespace ManagedTransformer.Data.Builtin;

/// <summary>The tape that reads: follows a given text and finds the choices that wrote it.</summary>
internal sealed class StoryReader(string source) : StoryTape
{
    /// <summary>The number of characters that agreed with the grammar so far.</summary>
    public int Position { get; private set; }

    /// <summary>True once the grammar cannot have written the text. The rest of the story is then told without reading.</summary>
    public bool Failed { get; private set; }

    public override void Say(string text)
    {
        if (Failed)
        {
            return;
        }

        if (Matches(text))
        {
            Position += text.Length;
        }
        else
        {
            Fail();
        }
    }

    protected override int Pick(PhraseSet set, ulong allowed, int totalWeight)
    {
        int first = -1;
        for (int i = 0; i < set.Count; i++)
        {
            if (set.Weight(i, allowed) == 0)
            {
                continue;
            }

            if (!Failed && Matches(set[i]))
            {
                return i;
            }

            if (first < 0)
            {
                first = i;
            }
        }

        Fail();
        return first;
    }

    private bool Matches(string phrase) => source.AsSpan(Position).StartsWith(phrase, StringComparison.Ordinal);

    private void Fail()
    {
        Failed = true;
        LogProbability = double.NegativeInfinity;
    }
}
