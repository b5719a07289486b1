using ManagedTransformer.Tensors;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>
/// Texts in six invented languages that have the same words and differ in their order alone: where the verb stands (between subject and
/// object, behind them, before them), and on which side of a noun its adjectives stand. Counting words tells nothing about the language.
/// </summary>
public static class WordOrders
{
    private const string Nouns = "kato hundo domo arbo rivo monto libro pordo tablo stelo nubo vojo",
        Adjectives = "bona granda eta bela alta longa nova forta", Verbs = "vidas amas trovas portas vendas serchas", Adverbs = "nun ofte";

    /// <summary>The languages.</summary>
    public static IReadOnlyList<string> Languages { get; } =
        ["verb second, adjective first", "verb last, adjective first", "verb first, adjective first",
            "verb second, adjective last", "verb last, adjective last", "verb first, adjective last"];

    /// <summary>Different texts of one to three sentences, each with the index of its language, all languages as often.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same texts.</param>
    public static IReadOnlyList<(string Text, int Language)> Draw(int count, ulong seed)
    {
        RandomSource random = new(seed);
        HashSet<string> seen = [];
        List<(string, int)> texts = [];
        while (texts.Count < count)
        {
            int language = texts.Count % Languages.Count, sentences = 1 + Pick(random, 3);
            string text = string.Join(" . ", Enumerable.Range(0, sentences).Select(_ => Sentence(random, language)));
            if (seen.Add(text))
            {
                texts.Add((text, language));
            }
        }

        return texts;
    }

    private static string Sentence(RandomSource random, int language)
    {
        bool adjectivesFirst = language < 3;
        string subject = NounPhrase(random, adjectivesFirst), target = NounPhrase(random, adjectivesFirst), verb = Word(random, Verbs);
        List<string> parts = (language % 3) switch
        {
            0 => [subject, verb, target],
            1 => [subject, target, verb],
            _ => [verb, subject, target],
        };
        if (Pick(random, 2) == 0)
        {
            parts.Insert(Pick(random, parts.Count + 1), Word(random, Adverbs)); // says nothing about the language
        }

        return string.Join(' ', parts);
    }

    private static string NounPhrase(RandomSource random, bool adjectivesFirst)
    {
        string noun = Word(random, Nouns);
        string adjectives = string.Join(' ', Enumerable.Range(0, 1 + Pick(random, 2)).Select(_ => Word(random, Adjectives)));
        return adjectivesFirst ? $"{adjectives} {noun}" : $"{noun} {adjectives}";
    }

    private static string Word(RandomSource random, string words)
    {
        string[] list = words.Split(' ');
        return list[Pick(random, list.Length)];
    }

    private static int Pick(RandomSource random, int count) => (int)(random.NextUnit() * count);
}
