using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Builtin;

/// <summary>A verb phrase: an action, its time and its object.</summary>
/// <param name="Verb">The verb; transitive where there is an object.</param>
/// <param name="Tense">When.</param>
/// <param name="IsNegated">Whether it is not so.</param>
/// <param name="Object">What it is done to; null for an intransitive verb.</param>
internal sealed record ToyVerbPhrase(int Verb, ToyTense Tense, bool IsNegated, ToyNounPhrase? Object)
{
    public static ToyVerbPhrase Draw(ref SplitMix64 random, double transitive)
    {
        bool hasObject = random.NextDouble() < transitive, isNegated = random.NextDouble() < 0.2;
        var tense = (ToyTense)SplitMix64.Scale(random.Next(), 3);
        int verb = (hasObject ? ToyLexicon.TransitiveVerbs : ToyLexicon.IntransitiveVerbs).Draw(ref random);
        return new(verb, tense, isNegated, hasObject ? ToyNounPhrase.Draw(ref random) : null);
    }

    private ToyWords Verbs => Object is null ? ToyLexicon.IntransitiveVerbs : ToyLexicon.TransitiveVerbs;

    /// <summary>Negation, verb with its tense, object.</summary>
    public void WriteSource(List<string> words)
    {
        if (IsNegated)
        {
            words.Add("ne");
        }

        words.Add(Verbs.Source(Verb) + (Tense switch { ToyTense.Past => "is", ToyTense.Future => "os", _ => "as" }));
        Object?.WriteSource(words);
    }

    /// <summary>The verb as a main verb: negation, stem, tense, number of the subject.</summary>
    public string TargetVerb(bool isPlural) =>
        (IsNegated ? "ma" : "") + Verbs.Target(Verb) + (Tense switch { ToyTense.Past => "ul", ToyTense.Future => "ev", _ => "it" })
        + (isPlural ? "ne" : "");

    /// <summary>Object and verb as a relative clause before its noun.</summary>
    public void WriteTargetRelative(List<string> words)
    {
        Object?.WriteTarget(words, ToyNounPhrase.Accusative);
        words.Add(TargetVerb(isPlural: false) + "sha");
    }
}
