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
    private StepReplay? _replay;

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

    /// <summary>What decides the sizes of the next pass, where that changes from step to step.</summary>
    protected virtual IReadOnlyList<int> BlockSizes => [];

    /// <summary>Lets steps be replayed.</summary>
    /// <exception cref="InputException">The device has no recordings.</exception>
    public virtual void PrepareReplays() =>
        _replay = StepReplay.TryCreate(Device.Current, _parameters.Select(named => named.Parameter), _random)
            ?? throw new InputException($"No step is replayed on {Device.Current.Name}: that takes a GPU.");

    /// <summary>Checks that steps are replayed by now.</summary>
    /// <exception cref="InputException">They cannot be.</exception>
    public void RequireReplays()
    {
        if (_replay?.Obstacle is { } obstacle)
        {
            throw new InputException($"No step of this model is replayed, since a pass over a batch cannot be repeated: {obstacle}.");
        }
    }

    /// <summary>Runs a step, whose phases a profile learns.</summary>
    /// <param name="profile">The profile; null for none.</param>
    /// <param name="isReplayed">Whether forward and backward are those of a recording, or recorded where there is none yet.</param>
    /// <returns>The loss.</returns>
    public double Next(KernelProfile? profile = null, bool isReplayed = false)
    {
        profile?.Phase = "forward";
        _replay?.Begin();
        foreach (NamedParameter named in _parameters)
        {
            named.Parameter.ClearGradient(release: true);
        }

        using StepScope scope = new();
        Load();
        Tensor value = isReplayed && _replay is { IsOn: true } ? _replay.Learn(Pass, isLent: true, BlockSizes).Loss : Learn(profile);
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

    /// <summary>Writes random tokens over the last ones.</summary>
    protected abstract void Load();

    /// <summary>The loss of the tokens.</summary>
    protected abstract TrainingLoss Forward(ForwardContext context);

    /// <summary>Brings parameters back into their range after an update.</summary>
    protected virtual void ApplyConstraints()
    {
    }

    /// <summary>Writes random ids below the size of a vocabulary, but for padding.</summary>
    /// <param name="place">Where to.</param>
    /// <param name="ids">Memory for as many.</param>
    /// <param name="vocabulary">Its size.</param>
    /// <param name="padding">Id of padding; null for none.</param>
    protected void WriteRandom(Tensor place, int[] ids, int vocabulary, int? padding)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            int id = (int)(_random.NextUnit() * (vocabulary - (padding is null ? 0 : 1)));
            ids[i] = id >= padding ? id + 1 : id;
        }

        place.CopyIndicesFrom(ids);
    }

    /// <summary>Room for ids that stays where it is.</summary>
    protected static Tensor Room(Shape shape) => Tensor.From(new int[shape.Count], shape).Keep();

    private (Tensor Total, Tensor Loss, long Targets) Pass()
    {
        TrainingLoss loss = Forward(ForwardContext.Training(_random));
        return (loss.Total, loss.Prediction.Loss, loss.Prediction.Targets);
    }

    private Tensor Learn(KernelProfile? profile)
    {
        (Tensor total, Tensor loss, _) = Pass();
        Tensor value = loss.Detach() * 1; // a copy: the walk frees what it has passed
        profile?.Phase = "backward";
        total.Backward(freeIntermediates: true);
        return value;
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
