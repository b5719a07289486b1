using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Builtin;

/// <summary>A sentence of the invented languages as what it means.</summary>
/// <param name="Subject">Who does it.</param>
/// <param name="Relative">What else the subject does; null for nothing.</param>
/// <param name="Main">What is done.</param>
/// <param name="Relation">How the place relates to it, where there is a place.</param>
/// <param name="Place">Where, with whom or for whom; null for unsaid.</param>
/// <param name="Time">When; null for unsaid.</param>
/// <param name="IsQuestion">Whether it is asked instead of said.</param>
internal sealed record ToySentence(ToyNounPhrase Subject, ToyVerbPhrase? Relative, ToyVerbPhrase Main, int Relation, ToyNounPhrase? Place,
    int? Time, bool IsQuestion)
{
    public static ToySentence Draw(ref SplitMix64 random) => new(
        ToyNounPhrase.Draw(ref random),
        random.NextDouble() < 0.15 ? ToyVerbPhrase.Draw(ref random, transitive: 0.8) : null,
        ToyVerbPhrase.Draw(ref random, transitive: 0.65),
        ToyLexicon.Relations.Draw(ref random),
        random.NextDouble() < 0.4 ? ToyNounPhrase.Draw(ref random) : null,
        random.NextDouble() < 0.35 ? ToyLexicon.Times.Draw(ref random) : null,
        random.NextDouble() < 0.15);

    /// <summary>The sentence in both languages.</summary>
    public (string Source, string Target) Write()
    {
        List<string> source = [], target = [];
        WriteSource(source);
        WriteTarget(target);
        string end = IsQuestion ? "?" : ".";
        return (string.Join(' ', source) + end, string.Join(' ', target) + end);
    }

    /// <summary>Question particle, time, subject with its relative clause, verb, object, place.</summary>
    private void WriteSource(List<string> words)
    {
        if (IsQuestion)
        {
            words.Add("chu");
        }

        if (Time is { } time)
        {
            words.Add(ToyLexicon.Times.Source(time));
        }

        Subject.WriteSource(words);
        if (Relative is not null)
        {
            words.Add("kiu");
            Relative.WriteSource(words);
        }

        Main.WriteSource(words);
        if (Place is not null)
        {
            words.Add(ToyLexicon.Relations.Source(Relation));
            Place.WriteSource(words);
        }
    }

    /// <summary>Relative clause, subject, place, object, time, verb, question particle.</summary>
    private void WriteTarget(List<string> words)
    {
        Relative?.WriteTargetRelative(words);
        Subject.WriteTarget(words, ToyNounPhrase.Nominative);
        Place?.WriteTarget(words, ToyLexicon.Relations.Target(Relation));
        Main.Object?.WriteTarget(words, ToyNounPhrase.Accusative);
        if (Time is { } time)
        {
            words.Add(ToyLexicon.Times.Target(time));
        }

        words.Add(Main.TargetVerb(Subject.IsPlural));
        if (IsQuestion)
        {
            words.Add("ka");
        }
    }
}
