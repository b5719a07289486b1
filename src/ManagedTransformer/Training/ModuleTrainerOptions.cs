using ManagedTransformer.Recipes;

namespace ManagedTransformer.Training;

/// <summary>How a <see cref="ModuleTrainer"/> updates.</summary>
public sealed record ModuleTrainerOptions
{
    /// <summary>Updates in all, by which the schedule counts; more are possible.</summary>
    public long Steps { get; init; } = 1000;

    /// <summary>Batches whose gradients are added up for one update.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Which parameters are trained.</summary>
    public TrainableParameters Trainable { get; init; }

    /// <summary>The optimiser, and clipping.</summary>
    public OptimizerRecipe Optimizer { get; init; } = new();

    /// <summary>The learning-rate schedule.</summary>
    public ScheduleRecipe Schedule { get; init; } = new();

    /// <summary>Decides dropout.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The same in the words of recipes, checked.</summary>
    internal UpdateRecipe ToRecipe()
    {
        TrainingRecipe recipe =
            new() { Steps = Steps, Accumulate = Accumulate, Trainable = Trainable, Optimizer = Optimizer, Schedule = Schedule };
        recipe.Validate(nameof(ModuleTrainerOptions));
        return recipe;
    }
}
