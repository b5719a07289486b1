using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Profiling;

namespace ManagedTransformer.Benchmarks;

/// <summary>
/// Training steps of a model with random weights on random tokens: forward, backward, and AdamW with the learning rate 1e-3 and no
/// clipping, or a recipe's optimiser.
/// </summary>
internal abstract class TrainingSteps
{
    private const float LearningRate = 1e-3f;
    private readonly RandomSource _random;
    private readonly IReadOnlyList<NamedParameter> _parameters;
    private readonly Action _update;

    /// <summary>Steps that have not begun.</summary>
    /// <param name="network">What to train.</param>
    /// <param name="recipe">Optimiser, clipping and schedule; null: AdamW.</param>
    /// <param name="random">Source of tokens and dropout.</param>
    protected TrainingSteps(Module network, UpdateRecipe? recipe, RandomSource random)
    {
        _random = random;
        _parameters = (recipe?.Trainable ?? TrainableParameters.All).Choose(network.Parameters());
        _update = Updates(_parameters, recipe);
    }

    /// <summary>Trainable values of the model.</summary>
    public abstract long ParameterCount { get; }

    /// <summary>Tokens that a step predicts.</summary>
    public abstract int Tokens { get; }

    /// <summary>Runs a step, whose phases a profile learns.</summary>
    /// <returns>The loss.</returns>
    public double Next(KernelProfile? profile = null)
    {
        profile?.Phase = "forward";
        foreach (NamedParameter named in _parameters)
        {
            named.Parameter.ClearGradient(release: true);
        }

        using StepScope scope = new();
        TrainingLoss loss = Forward(ForwardContext.Training(_random));
        Tensor value = loss.Prediction.Loss.Detach() * 1; // a copy: the walk frees what it has passed
        profile?.Phase = "backward";
        loss.Total.Backward(freeIntermediates: true);
        profile?.Phase = "update";
        _update();
        ApplyConstraints();
        return value.Item();
    }

    /// <summary>Multiplications and additions of the products of a forward pass alone.</summary>
    public double CountForwardOperations()
    {
        using KernelProfile profile = KernelProfile.Start(Device.Current);
        using StepScope scope = new();
        using NoGradientScope _ = new();
        Forward(ForwardContext.Training(_random));
        return profile.Operations;
    }

    /// <summary>The loss of random tokens.</summary>
    protected abstract TrainingLoss Forward(ForwardContext context);

    /// <summary>Brings parameters back into their range after an update.</summary>
    protected virtual void ApplyConstraints()
    {
    }

    /// <summary>Random ids below the size of a vocabulary, but for padding.</summary>
    /// <param name="ids">Memory for them.</param>
    /// <param name="shape">Shape of the tensor.</param>
    /// <param name="vocabulary">Its size.</param>
    /// <param name="padding">Id of padding; null for none.</param>
    protected Tensor RandomTokens(int[] ids, Shape shape, int vocabulary, int? padding)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            int id = (int)(_random.NextUnit() * (vocabulary - (padding is null ? 0 : 1)));
            ids[i] = id >= padding ? id + 1 : id;
        }

        return Tensor.From(ids, shape);
    }

    private static Action Updates(IReadOnlyList<NamedParameter> parameters, UpdateRecipe? recipe)
    {
        if (recipe is null)
        {
            Adam adam = new([new ParameterGroup(parameters)], new AdamOptions { Beta2 = 0.999f, WeightDecay = 0.01f, CorrectRoot = true });
            return () => adam.Step(LearningRate);
        }

        OptimizerSet optimizers = recipe.Optimizer.CreateSet(parameters);
        LearningRateSchedule schedule = recipe.Schedule.Create(recipe.Steps);
        return () => optimizers.Step((float)schedule.Rate(optimizers.Updates), optimizers.GradientNorms());
    }
}
