using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>What a training run is about: a model, the updates that train it, and how good it is. One kind per kind of model.</summary>
internal abstract class TrainingTask
{
    // Keeps the random numbers of initial weights apart from those of any step.
    private const ulong InitializationPosition = ulong.MaxValue >> 20;

    /// <summary>The model as trained so far.</summary>
    public abstract TrainedModel Model { get; }

    /// <summary>The updates.</summary>
    public abstract Trainer Trainer { get; }

    /// <summary>When to evaluate and to report.</summary>
    public abstract UpdateRecipe Recipe { get; }

    /// <summary>The data, as messages name it.</summary>
    public abstract string DataName { get; }

    /// <summary>Updates in all.</summary>
    public abstract long Steps { get; }

    /// <summary>Identifies data and recipe, so that a run is not resumed with others; the number of steps may change.</summary>
    public abstract string Fingerprint { get; }

    /// <summary>The fingerprint of earlier versions where the recipe states the precision float32: another than without it.</summary>
    public abstract string EarlierFingerprint { get; }

    /// <summary>The fewest bits per character that any model can reach on the validation text, where its source knows it.</summary>
    public virtual double? Floor => null;

    /// <summary>Whether there is a validation part.</summary>
    public abstract bool HasValidation { get; }

    /// <summary>What a person should know about the data.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>The source of initial weights, and then of whatever else is drawn before the first step.</summary>
    /// <param name="seed">The run's seed.</param>
    public static RandomSource InitialRandom(ulong seed)
    {
        RandomSource random = new(seed);
        random.MoveTo(InitializationPosition);
        return random;
    }

    /// <summary>A training loss in bits per character, for models of plain text.</summary>
    /// <param name="loss">Nats per token.</param>
    public virtual double? BitsPerCharacter(double loss) => null;

    /// <summary>Scores the model on the validation part; null where there is none.</summary>
    /// <param name="everything">Whether to score all of it, also where evaluations during training score a part.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public abstract Validation? Validate(bool everything, CancellationToken cancellation);

    /// <summary>
    /// Writes the files of the model's folder, with what its parts did in the last evaluation where there is something to tell.
    /// </summary>
    /// <param name="folder">A checkpoint being written.</param>
    public virtual void WriteFiles(string folder) => Model.WriteFiles(folder);

    /// <summary>What another number of updates than before does to the learning rates that are still to come; null for nothing.</summary>
    /// <param name="state">Where the run that is resumed stands.</param>
    public string? DescribeSchedule(TrainingState state)
    {
        if (state.Steps == 0 || state.Steps == Steps || state.Step >= Steps)
        {
            return null;
        }

        double before = Recipe.Schedule.Create(state.Steps).Rate(state.Step), now = Recipe.Schedule.Create(Steps).Rate(state.Step);
        return before == now ? null
            : $"The run was planned for {state.Steps:N0} updates and now has {Steps:N0}, which changes the schedule: update "
                + $"{state.Step + 1:N0} has the learning rate {now:G3} instead of {before:G3}.";
    }

    /// <summary>Something that the trained model makes, for a person to read; null where the recipe asks for nothing.</summary>
    public abstract string? Sample();
}
