using ManagedTransformer.Evaluation.Metrics;

namespace ManagedTransformer.Tests.Golden.Evaluation;

internal sealed class BleuSystem : IGoldenSystem
{
    public string Name => "bleu";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        foreach (TranslationCase example in TranslationCase.All(test))
        {
            BleuScore score = new Bleu(Options(example.Options)).Corpus(example.Hypotheses, example.References);
            example.Compare(check, score, score.ToString());
        }
    }

    private static BleuOptions Options(GoldenConfig config) => new()
    {
        Tokenizer = config.Text("tokenize", "13a") switch
        {
            "13a" => BleuTokenizer.Mteval13a,
            "char" => BleuTokenizer.Character,
            "none" => BleuTokenizer.None,
            string other => throw new InvalidDataException($"unknown tokenizer '{other}'"),
        },
        Lowercase = config.Bool("lowercase", false),
        Smoothing = config.Text("smooth_method", "exp") switch
        {
            "exp" => BleuSmoothing.Exponential,
            "floor" => BleuSmoothing.Floor,
            "add-k" => BleuSmoothing.AddK,
            "none" => BleuSmoothing.None,
            string other => throw new InvalidDataException($"unknown smoothing '{other}'"),
        },
        SmoothingValue = config.Has("smooth_value") ? config.Double("smooth_value") : null,
        EffectiveOrder = config.Bool("effective_order", false),
        MaxOrder = config.Int("max_ngram_order", 4),
    };
}
