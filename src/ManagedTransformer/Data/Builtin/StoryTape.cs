namespace ManagedTransformer.Data.Builtin;

/// <summary>
/// Listener of a grammar that tells a story. The grammar is a program that says fixed text and asks for choices; a tape that writes draws
/// the choices at random, a tape that reads finds them in a given text. Both add up ln p of every choice, in the same order.
/// </summary>
internal abstract class StoryTape
{
    /// <summary>The sum of ln p over the choices so far, in nats.</summary>
    public double LogProbability { get; protected set; }

    /// <summary>Text that is certain at this place.</summary>
    public abstract void Say(string text);

    /// <summary>A choice between the phrases of a set, which also says the phrase.</summary>
    /// <param name="set">The alternatives.</param>
    /// <param name="allowed">A bit mask of the alternatives that are possible here; at least one is.</param>
    /// <returns>The index of the chosen phrase.</returns>
    public int Choose(PhraseSet set, ulong allowed = ulong.MaxValue)
    {
        int total = set.TotalWeight(allowed);
        int index = Pick(set, allowed, total);
        LogProbability += Math.Log((double)set.Weight(index, allowed) / total);
        Say(set[index]);
        return index;
    }

    /// <summary>Decides a choice without saying its phrase.</summary>
    protected abstract int Pick(PhraseSet set, ulong allowed, int totalWeight);
}
