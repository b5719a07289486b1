namespace ManagedTransformer.Runs;

/// <summary>The results of a run so far. What it does not know is null.</summary>
/// <param name="Steps">Updates done.</param>
/// <param name="PlannedSteps">Updates that it was to have.</param>
/// <param name="BestLoss">
/// Its lowest validation loss over all of the text, nats per token; while there is no such evaluation, over the part that those on the
/// way score.
/// </param>
/// <param name="BestStep">Updates done when it had that loss.</param>
/// <param name="BestBitsPerCharacter">The fewest bits per character of its evaluations, for models of plain text.</param>
/// <param name="BestBleu">The highest BLEU of its evaluations, where its recipe asks for it.</param>
/// <param name="Parameters">Trainable values of the model.</param>
/// <param name="TokensPerSecond">The median of the logged speeds.</param>
/// <param name="Seconds">Time of training and evaluation.</param>
public sealed record RunResults(
    long Steps, long? PlannedSteps, double? BestLoss, long? BestStep, double? BestBitsPerCharacter, double? BestBleu, long? Parameters,
    double? TokensPerSecond, double? Seconds)
{
    /// <summary>exp(best loss).</summary>
    public double? BestPerplexity => BestLoss is { } loss ? Math.Exp(loss) : null;

    /// <summary>The results that a log tells.</summary>
    /// <param name="log">The log.</param>
    /// <param name="parameters">Of the model; null where there is none yet.</param>
    /// <param name="planned">Updates that the run was to have; null where that is not known.</param>
    /// <param name="seconds">What the last checkpoint says, for logs without seconds.</param>
    internal static RunResults Of(RunLog log, long? parameters, long? planned, double? seconds)
    {
        RunEvaluation[] scored = [.. Comparable(log).Where(evaluation => evaluation.Loss is not null)];
        RunEvaluation? best = scored.Length == 0 ? null : scored.MinBy(evaluation => evaluation.Loss);
        return new RunResults(
            log.LastStep, planned, best?.Loss, best?.Step, Comparable(log).Min(evaluation => evaluation.BitsPerCharacter),
            log.Evaluations.Max(evaluation => evaluation.Bleu), parameters,
            Median([.. log.Updates.Select(update => update.TokensPerSecond).OfType<double>().Order()]), log.LastSeconds ?? seconds);
    }

    /// <summary>
    /// The evaluations whose losses are of the same text: those of all of the validation text, or, where there is none yet, those of a
    /// part.
    /// </summary>
    /// <param name="log">The log.</param>
    internal static IEnumerable<RunEvaluation> Comparable(RunLog log)
    {
        bool hasWhole = log.Evaluations.Any(evaluation => !evaluation.IsPart);
        return log.Evaluations.Where(evaluation => !(hasWhole && evaluation.IsPart));
    }

    private static double? Median(double[] sorted) => sorted.Length == 0 ? null
        : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
