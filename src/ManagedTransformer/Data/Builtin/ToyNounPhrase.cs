using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Builtin;

/// <summary>A name, or a noun with what goes with it.</summary>
/// <param name="Noun">The noun, or the name.</param>
/// <param name="IsName">Whether it is a name, which takes nothing with it.</param>
/// <param name="IsPlural">More than one.</param>
/// <param name="IsDefinite">Known to the hearer.</param>
/// <param name="Numeral">How many; null where it is not said.</param>
/// <param name="Adjectives">What it is like.</param>
internal sealed record ToyNounPhrase(int Noun, bool IsName, bool IsPlural, bool IsDefinite, int? Numeral, int[] Adjectives)
{
    /// <summary>The case endings of who does something, and of what something is done to.</summary>
    public const string Nominative = "", Accusative = "m";

    public static ToyNounPhrase Draw(ref SplitMix64 random)
    {
        if (random.NextDouble() < 0.15)
        {
            return new(ToyLexicon.Names.Draw(ref random), true, false, true, null, []);
        }

        double kind = random.NextDouble(), length = random.NextDouble();
        int? numeral = kind < 0.15 ? ToyLexicon.Numerals.Draw(ref random) : null;
        bool isPlural = numeral is not null || random.NextDouble() < 0.4;
        int[] adjectives = new int[length < 0.5 ? 0 : length < 0.85 ? 1 : 2];
        for (int i = 0; i < adjectives.Length; i++)
        {
            adjectives[i] = ToyLexicon.Adjectives.Draw(ref random);
        }

        return new(ToyLexicon.Nouns.Draw(ref random), false, isPlural, numeral is null && kind < 0.6, numeral, adjectives);
    }

    /// <summary>Article or numeral, adjectives, noun, with a plural ending on both.</summary>
    public void WriteSource(List<string> words)
    {
        if (IsName)
        {
            words.Add(ToyLexicon.Names.Source(Noun));
            return;
        }

        if (Numeral is { } numeral)
        {
            words.Add(ToyLexicon.Numerals.Source(numeral));
        }
        else if (IsDefinite)
        {
            words.Add("la");
        }
        else if (!IsPlural)
        {
            words.Add("un");
        }

        string ending = IsPlural ? "j" : "";
        foreach (int adjective in Adjectives)
        {
            words.Add(ToyLexicon.Adjectives.Source(adjective) + ending);
        }

        words.Add(ToyLexicon.Nouns.Source(Noun) + ending);
    }

    /// <summary>
    /// Numeral, noun, adjectives. The endings are a vowel that depends on the noun, number, case, and on the noun definiteness; after a
    /// numeral the singular stands.
    /// </summary>
    public void WriteTarget(List<string> words, string caseEnding)
    {
        if (IsName)
        {
            words.Add(ToyLexicon.Names.Target(Noun) + "i" + caseEnding);
            return;
        }

        if (Numeral is { } numeral)
        {
            words.Add(ToyLexicon.Numerals.Target(numeral));
        }

        string ending = (Noun % 2 == 0 ? "a" : "o") + (IsPlural && Numeral is null ? "r" : "") + caseEnding;
        words.Add(ToyLexicon.Nouns.Target(Noun) + ending + (IsDefinite ? "ta" : ""));
        foreach (int adjective in Adjectives)
        {
            words.Add(ToyLexicon.Adjectives.Target(adjective) + ending);
        }
    }
}
