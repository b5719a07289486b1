using System.Text;
using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Builtin;

/// <summary>The tape that writes: draws each choice at random.</summary>
internal sealed class StoryWriter(ulong seed) : StoryTape
{
    private SplitMix64 _random = new(seed);

    /// <summary>The text so far.</summary>
    public StringBuilder Text { get; } = new();

    public override void Say(string text) => Text.Append(text);

    protected override int Pick(PhraseSet set, ulong allowed, int totalWeight)
    {
        long point = SplitMix64.Scale(_random.Next(), totalWeight);
        int index = -1;
        while (point >= 0)
        {
            point -= set.Weight(++index, allowed);
        }

        return index;
    }
}
