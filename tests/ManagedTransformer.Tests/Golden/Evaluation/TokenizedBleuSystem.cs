using ManagedTransformer.Evaluation.Metrics;

namespace ManagedTransformer.Tests.Golden.Evaluation;

internal sealed class TokenizedBleuSystem : IGoldenSystem
{
    public string Name => "tokenized_bleu";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        foreach (TranslationCase example in TranslationCase.All(test))
        {
            BleuScore score = TokenizedBleu.Corpus(example.Hypotheses, example.References[0]);
            example.Compare(check, score, score.ToFairseqString());
        }
    }
}
