using ManagedTransformer.Training;

namespace ManagedTransformer.Sweeps;

/// <summary>A run of a sweep and what came of it.</summary>
public sealed record SweepEntry
{
    /// <summary>The name of its folder within that of the sweep.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What it changes of the recipe, <c>KEY=VALUE</c> each: <see cref="TrainingOptions.Set"/> of the same run by itself.
    /// </summary>
    public required IReadOnlyList<string> Set { get; init; }

    /// <summary>Where it stands.</summary>
    public SweepStatus Status { get; init; }

    /// <summary>Updates done.</summary>
    public long Step { get; init; }

    /// <summary>Trainable values of its model.</summary>
    public long? Parameters { get; init; }

    /// <summary>The loss of the last evaluation in nats per token; null where there was none.</summary>
    public double? Loss { get; init; }

    /// <summary>The lowest validation loss.</summary>
    public double? BestLoss { get; init; }

    /// <summary>The highest BLEU of an evaluation, where the recipe keeps the best model by it.</summary>
    public double? BestBleu { get; init; }

    /// <summary>
    /// By which runs are compared, the lowest being the best: <see cref="BestLoss"/>, or what else the recipe keeps the best model by.
    /// </summary>
    public double? BestScore { get; init; }

    /// <summary>Time of training and evaluation.</summary>
    public double Seconds { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Error { get; init; }

    /// <summary>The same with the end of a training run.</summary>
    /// <param name="result">The end.</param>
    internal SweepEntry With(TrainingResult result) => this with
    {
        Status = result.IsComplete ? SweepStatus.Complete : SweepStatus.Interrupted,
        Step = result.Step,
        Parameters = result.Parameters,
        Loss = Finite(result.Validation?.Loss),
        BestLoss = Finite(result.BestLoss),
        BestBleu = Finite(result.BestBleu),
        BestScore = Finite(result.BestScore),
        Seconds = result.Seconds,
        Error = null,
    };

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
