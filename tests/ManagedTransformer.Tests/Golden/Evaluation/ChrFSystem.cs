using ManagedTransformer.Evaluation.Metrics;

namespace ManagedTransformer.Tests.Golden.Evaluation;

internal sealed class ChrFSystem : IGoldenSystem
{
    public string Name => "chrf";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        foreach (TranslationCase example in TranslationCase.All(test))
        {
            GoldenConfig config = example.Options;
            ChrF scorer = new(new ChrFOptions
            {
                CharacterOrder = config.Int("char_order", 6),
                WordOrder = config.Int("word_order", 0),
                Beta = config.Double("beta", 2),
                Lowercase = config.Bool("lowercase", false),
                Whitespace = config.Bool("whitespace", false),
                EpsilonSmoothing = config.Bool("eps_smoothing", false),
            });
            check.CompareValues(example.Name, [example.Expected.GetProperty("score").GetDouble()],
                [scorer.Corpus(example.Hypotheses, example.References)]);
        }
    }
}
