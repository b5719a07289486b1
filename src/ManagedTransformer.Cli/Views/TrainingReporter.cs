using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Training;

namespace ManagedTransformer.Cli.Views;

/// <summary>Tells a person how training goes.</summary>
/// <param name="progress">Where to.</param>
/// <param name="error">Where to say what came up on the way.</param>
/// <param name="isQuiet">In one line that is written over; where nobody watches, a line for each evaluation.</param>
internal sealed class TrainingReporter(ProgressLine progress, TextWriter error, bool isQuiet = false)
{
    private string _evaluation = "";
    private IReadOnlyList<string> _notes = [];
    private int _told;

    /// <summary>Says what is about to happen.</summary>
    public void Start(TrainingRun run, TrainingOptions options)
    {
        if (run.MovedEarlierRun is { } moved)
        {
            progress.WriteLine($"The earlier run in {VisibleText.Of(options.Output)} was moved to {VisibleText.Of(moved)}.");
        }

        foreach (string note in run.Notes)
        {
            progress.WriteLine(note);
        }

        (_notes, _told) = (run.Notes, run.Notes.Count);

        if (isQuiet)
        {
            return;
        }

        long parameters = run.TrainedParameters;
        progress.WriteLine(run.Step > 0
            ? $"Resuming at step {run.Step:N0} of {run.Steps:N0}: {parameters:N0} parameters, {VisibleText.Of(options.Output)}."
            : $"Training {parameters:N0} parameters for {Steps(run.Steps)} into "
                + $"{VisibleText.Of(options.Output)}{(options.Init is { } init ? $", starting from {VisibleText.Of(init)}" : "")}.");
    }

    /// <summary>A number of steps, for a sentence.</summary>
    public static string Steps(long count) => count == 1 ? "1 step" : $"{count:N0} steps";

    /// <summary>One report of a run that is not lost because nobody reads its progress any more: it saves and stops.</summary>
    /// <param name="report">The report.</param>
    /// <param name="stop">What stops it.</param>
    public void Report(TrainingProgress report, StopSignal stop)
    {
        try
        {
            Report(report);
        }
        catch (ReaderLeftException e)
        {
            stop.Raise(e.Signal);
        }
    }

    /// <summary>One report of the run.</summary>
    public void Report(TrainingProgress report)
    {
        TellNewNotes();
        if (isQuiet && progress.IsInteractive)
        {
            _evaluation = report.Validation is { } last ? $"  validation: {Describe(last)}" : _evaluation;
            string loss = double.IsNaN(report.Loss) ? "" : $"  loss {report.Loss:F4}";
            progress.Update($"step {report.Step:N0}/{report.Steps:N0}{loss}  ETA {Duration(report.Remaining)}{_evaluation}");
            return;
        }

        if (report.Validation is { } validation)
        {
            progress.WriteLine(
                $"step {report.Step:N0}/{report.Steps:N0}  validation: "
                + $"{Describe(validation)}{(validation.IsBest ? ", the best so far" : "")}");
            return;
        }

        if (isQuiet)
        {
            return;
        }

        progress.Update(
            $"step {report.Step:N0}/{report.Steps:N0}  loss "
            + $"{report.Loss:F4}{(report.BitsPerCharacter is { } bits ? $"  {bits:F3} bits/char" : "")}  rate {report.LearningRate:G3}  "
            + $"{report.TokensPerSecond:N0} tokens/s  ETA {Duration(report.Remaining)}", isImportant: report.Step == report.Steps);
    }

    /// <summary>Shows a sample of the model's text.</summary>
    public void Sample(string sample)
    {
        progress.WriteLine("");
        progress.WriteLine(sample);
        progress.WriteLine("");
    }

    /// <summary>Says how the run ended.</summary>
    public void End(TrainingResult result, string output)
    {
        TellNewNotes();
        string time = Duration(TimeSpan.FromSeconds(result.Seconds));
        if (!result.IsComplete)
        {
            progress.WriteLine($"Stopped and saved at step {result.Step:N0} after {time}; the same command with --resume continues.");
            return;
        }

        string validation = result.Validation is { } last ? $" validation {Describe(last)};" : "";
        string early = result.StoppedEarly ? ", where evaluations found nothing better any more," : "";
        progress.WriteLine($"Done after {Steps(result.Step)}{early} in {time}:{validation} the model is in {VisibleText.Of(output)}.");
    }

    private void TellNewNotes()
    {
        for (; _told < _notes.Count; _told++)
        {
            progress.Clear();
            error.WriteLine(_notes[_told]);
        }
    }

    private static string Describe(ValidationResult validation)
    {
        string score = validation.BitsPerCharacter is { } bits
            ? $"{bits:F4} bits/char{Floor(validation.Floor)}, loss {validation.Loss:F4}"
            : $"loss {validation.Loss:F4}, perplexity {validation.Perplexity:F3}";
        if (validation.TransferErrors is { Count: > 0 } layers)
        {
            LayerError worst = layers.MaxBy(layer => layer.RelativeError)!;
            score = $"transfer loss {validation.TransferLoss:G4}, relative error {layers.Average(layer => layer.RelativeError):G3} "
                + $"(layer {worst.Layer}: {worst.RelativeError:G3}); {score}";
        }

        return validation.Bleu is { } bleu ? $"{score}, BLEU {bleu:F2}" : score;
    }

    private static string Floor(double? floor) => floor is { } bits ? $" (no model can go below {bits:F4})" : "";

    private static string Duration(TimeSpan time) => time.TotalHours >= 1 ? $"{(long)time.TotalHours}:{time:mm\\:ss}" : $"{time:m\\:ss}";
}
