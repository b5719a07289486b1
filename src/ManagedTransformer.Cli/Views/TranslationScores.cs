using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Evaluation;

namespace ManagedTransformer.Cli.Views;

/// <summary>The output of <c>mt eval</c> for a translation model.</summary>
internal static class TranslationScores
{
    /// <summary>Prints the scores.</summary>
    public static void Write(Terminal terminal, TranslationEvaluationResult result, bool json)
    {
        if (json)
        {
            JsonObject line = new()
            {
                ["loss"] = JsonOutput.Number(result.Loss),
                ["perplexity"] = JsonOutput.Number(result.Perplexity),
                ["tokens"] = result.Tokens,
                ["bleu"] = JsonOutput.Number(result.Bleu.Score),
                ["bleu_signature"] = result.BleuSignature,
                ["tokenized_bleu"] = JsonOutput.Number(result.TokenizedBleu.Score),
                ["chrf"] = JsonOutput.Number(result.ChrF),
                ["chrf_signature"] = result.ChrFSignature,
                ["sentences"] = result.Sentences,
                ["sentences_per_s"] = JsonOutput.Number(result.Sentences / result.Seconds),
            };
            if (result.TooLong > 0)
            {
                line["too_long"] = result.TooLong;
            }

            JsonOutput.Write(terminal.Output, line);
            return;
        }

        terminal.Output.WriteLine(
            $"{result.Source}: {result.Sentences:N0} sentences, loss {result.Loss:F4} nats/token, perplexity {result.Perplexity:F3}, "
            + $"{result.Tokens:N0} tokens");
        terminal.Output.WriteLine($"{result.Bleu}  {result.BleuSignature}");
        terminal.Output.WriteLine($"{result.TokenizedBleu.ToFairseqString()}  split at white space");
        terminal.Output.WriteLine($"chrF2 = {result.ChrF:F2}  {result.ChrFSignature}");
        terminal.Output.WriteLine($"Translated {result.Sentences / result.Seconds:N1} sentences per second.");
    }
}
