using ManagedTransformer.Cli.Charts;
using ManagedTransformer.Runs;

namespace ManagedTransformer.Cli.Reports;

/// <summary>The curves of runs: what their logs say, over steps and over seconds.</summary>
internal static class RunCurves
{
    /// <summary>The charts that have at least one point.</summary>
    /// <param name="runs">The runs.</param>
    public static IReadOnlyList<LineChart> Of(IReadOnlyList<RunRecord> runs)
    {
        return
        [
            .. new[]
            {
                Loss("Loss over steps", Steps), Loss("Loss over seconds", Seconds), Bits("Bits per character over steps", Steps),
                Bits("Bits per character over seconds", Seconds),
                Evaluations("BLEU over steps", Steps, "BLEU", evaluation => evaluation.Bleu, isFromZero: true),
                Evaluations("BLEU over seconds", Seconds, "BLEU", evaluation => evaluation.Bleu, isFromZero: true),
                Evaluations("Attention transfer over steps", Steps, "transfer loss", evaluation => evaluation.TransferLoss),
                Updates("Learning rate over steps", "learning rate", update => update.LearningRate, isFromZero: true),
                Updates("Gradient norm over steps", "norm before clipping", update => update.GradientNorm),
                Updates("Speed over steps", "tokens/s", update => update.TokensPerSecond, isFromZero: true),
            }.Where(chart => !chart.IsEmpty),
        ];

        LineChart Loss(string title, Axis axis) =>
            Both(title, axis, "nats per token", update => update.Loss, evaluation => evaluation.Loss);

        LineChart Bits(string title, Axis axis) =>
            Both(title, axis, "bits/char", update => update.BitsPerCharacter, evaluation => evaluation.BitsPerCharacter);

        LineChart Both(string title, Axis axis, string unit, Func<RunUpdate, double?> training, Func<RunEvaluation, double?> validation) =>
            new(title, axis.Title, unit,
            [
                .. runs.Select((run, i) =>
                    new ChartSeries(i, Name(run, "training"), true, Points(run.Log.Updates, axis.OfUpdate, training))),
                .. runs.Select((run, i) =>
                    new ChartSeries(i, Name(run, "validation"), false, Points(run.Log.Evaluations, axis.OfEvaluation, validation))),
            ]);

        LineChart Updates(string title, string unit, Func<RunUpdate, double?> value, bool isFromZero = false) => new(
            title, Steps.Title, unit,
            [.. runs.Select((run, i) => new ChartSeries(i, run.Name, true, Points(run.Log.Updates, Steps.OfUpdate, value)))], isFromZero);

        LineChart Evaluations(string title, Axis axis, string unit, Func<RunEvaluation, double?> value, bool isFromZero = false) => new(
            title, axis.Title, unit,
            [.. runs.Select((run, i) => new ChartSeries(i, run.Name, false, Points(run.Log.Evaluations, axis.OfEvaluation, value)))],
            isFromZero);

        string Name(RunRecord run, string part) => runs.Count == 1 ? part : $"{run.Name}, {part}";
    }

    private static Axis Steps { get; } = new("steps", update => update.Step, evaluation => evaluation.Step);

    private static Axis Seconds { get; } = new("seconds", update => update.Seconds, evaluation => evaluation.Seconds);

    private static (double X, double Y)[] Points<T>(IReadOnlyList<T> lines, Func<T, double?> x, Func<T, double?> y) =>
        [.. lines.Select(line => (X: x(line), Y: y(line))).Where(point => point is { X: not null, Y: not null })
            .Select(point => (point.X!.Value, point.Y!.Value))];

    private sealed record Axis(string Title, Func<RunUpdate, double?> OfUpdate, Func<RunEvaluation, double?> OfEvaluation);
}
