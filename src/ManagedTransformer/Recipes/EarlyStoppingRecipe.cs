namespace ManagedTransformer.Recipes;

/// <summary>When a run ends before its last update, since evaluations find nothing better any more.</summary>
public sealed record EarlyStoppingRecipe
{
    /// <summary>Evaluations in a row without a better one, after which the run ends.</summary>
    public required int Patience { get; init; }

    /// <summary>
    /// How much lower the validation loss (or higher BLEU, where it decides the best model) must be than that of the last better evaluation
    /// to count as better.
    /// </summary>
    public double MinDelta { get; set; }

    internal void Validate(string where)
    {
        if (Patience <= 0 || !(MinDelta >= 0))
        {
            throw new InputException(
                $"{where}: training.early_stopping: patience ({Patience}) must be positive, and min_delta ({MinDelta}) must not be "
                + "negative.");
        }
    }
}
