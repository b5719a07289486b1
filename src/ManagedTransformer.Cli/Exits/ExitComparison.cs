using ManagedTransformer.Architectures.DepthAdaptive.Tuning;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Evaluation;

namespace ManagedTransformer.Cli.Exits;

/// <summary><c>mt eval --exits</c>: scores and cost of exit rules of one model.</summary>
internal static class ExitComparison
{
    /// <summary>Translates once per rule, with progress, and prints the scores.</summary>
    public static void Run(Terminal terminal, TranslationModel model, string[] rules, TranslationEvaluationOptions options, bool json)
    {
        ProgressLine progress = terminal.ProgressFor(json);
        ExitEvaluationResult result = ExitEvaluation.Run(model, ExitsOption.Resolve(rules, model), options,
            score => progress.Update(ExitTable.Describe(score)));
        progress.Clear();
        ExitTable.Write(terminal, result, json);
    }
}
