using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>
/// One update after the other: batches, forward, backward, clipping, optimisers. The gradient is that of the summed loss over the number of
/// targets, both summed over all batches of an update before dividing. All randomness is a function of the seed and the number of updates
/// done.
/// </summary>
internal abstract class Trainer
{
    private readonly UpdateRecipe _recipe;
    private readonly RandomSource _random;
    private readonly IReadOnlyList<NamedParameter> _parameters;
    private readonly OptimizerSet _optimizers;
    private readonly LearningRateSchedule _schedule;
    private readonly WeightAverages? _averages;

    /// <summary>A trainer before its first update.</summary>
    /// <param name="network">What to train.</param>
    /// <param name="recipe">How.</param>
    /// <param name="steps">Updates in all, for the schedule.</param>
    /// <param name="random">Source of dropout.</param>
    protected Trainer(Module network, UpdateRecipe recipe, long steps, RandomSource random)
    {
        _recipe = recipe;
        _random = random;
        _parameters = recipe.Trained.Choose(network.Parameters());
        _optimizers = recipe.Optimizer.CreateSet(_parameters);
        _schedule = recipe.Schedule.Create(steps);
        _averages = recipe.Ema is { } ema ? new WeightAverages(_parameters, ema.Decay) : null;
    }

    /// <summary>Trained values.</summary>
    public long TrainedParameters => _parameters.Sum(named => named.Parameter.Count);

    /// <summary>Updates done.</summary>
    public long Step { get; private set; }

    /// <summary>Where the batches stand.</summary>
    public abstract BatchPosition Position { get; protected set; }

    /// <summary>One update.</summary>
    /// <exception cref="InputException">The loss is not finite; nothing was changed but the batch norms' statistics.</exception>
    public TrainingUpdate Update()
    {
        using DeviceScope? device = DeviceScope.Enter(_parameters[0].Parameter.Device);
        _random.MoveTo((ulong)Step);
        foreach (NamedParameter named in _parameters)
        {
            named.Parameter.ClearGradient(release: true);
        }

        using StepScope scope = new();
        List<Tensor> losses = new(_recipe.Accumulate);
        long targets = 0;
        CrossEntropyOptions options = new() { Sum = true, Smoothing = _recipe.LabelSmoothing, Mode = _recipe.SmoothingMode };
        ForwardContext context = ForwardContext.Training(_random);
        for (int i = 0; i < _recipe.Accumulate; i++)
        {
            (Tensor loss, long counted) = Learn(context, options);
            losses.Add(loss);
            targets += counted;
        }

        float scale = 1f / targets;
        // The one place at which a step waits for its device: everything before is queued there without a pause.
        double[] norms = _optimizers.GradientNorms(scale, losses);
        double total = losses.Sum(loss => (double)loss.Item());
        TrainingUpdate update = new(total / targets, Math.Sqrt(norms.Sum(norm => norm * norm)), _schedule.Rate(Step), targets);
        if (!double.IsFinite(update.Loss) || !double.IsFinite(update.GradientNorm))
        {
            throw new InputException(
                $"Training stopped at step {Step + 1}: the loss is {update.Loss} and the gradient's norm {update.GradientNorm} at the "
                + $"learning rate {update.Rate:G4}");
        }

        _optimizers.Step((float)update.Rate, norms, scale);
        ApplyConstraints();
        _averages?.Update();
        Step++;
        return update;
    }

    /// <summary>
    /// Does something with the model that is evaluated and kept: the averages of its weights, where the recipe asks for them.
    /// </summary>
    /// <param name="action">What to do.</param>
    public T WithAverages<T>(Func<T> action)
    {
        if (_averages is null)
        {
            return action();
        }

        Exchange();
        try
        {
            return action();
        }
        finally
        {
            Exchange();
        }

        void Exchange()
        {
            using DeviceScope? device = DeviceScope.Enter(_parameters[0].Parameter.Device);
            _averages.Exchange();
        }
    }

    /// <summary>Writes everything that continues the run bit for bit, but for the weights and the position.</summary>
    /// <param name="folder">A checkpoint being written.</param>
    public virtual void Save(string folder)
    {
        ModuleWeights.Save(_optimizers.State(), Path.Combine(folder, CheckpointFolder.OptimizerFile));
        if (_averages is not null)
        {
            ModuleWeights.Save(_averages.State(), Path.Combine(folder, CheckpointFolder.AveragesFile));
        }
    }

    /// <summary>Continues a run.</summary>
    /// <param name="folder">Its checkpoint.</param>
    /// <param name="state">What the checkpoint says of it.</param>
    public virtual void Restore(string folder, TrainingState state)
    {
        ModuleWeights.Load([.. _optimizers.State()], Path.Combine(folder, CheckpointFolder.OptimizerFile));
        _optimizers.Updates = state.Step;
        if (_averages is not null)
        {
            ModuleWeights.Load([.. _averages.State()], Path.Combine(folder, CheckpointFolder.AveragesFile));
            _averages.Updates = state.Step;
        }

        Position = state.Position;
        Step = state.Step;
    }

    /// <summary>Adds the gradient of the next batch's summed loss to the parameters.</summary>
    /// <returns>That loss, without penalties, and what it is to be divided by.</returns>
    protected virtual (Tensor Loss, long Targets) Learn(ForwardContext context, CrossEntropyOptions options)
    {
        TrainingLoss result = Forward(context, options);
        Tensor loss = result.Prediction.Loss.Detach() * 1; // a copy: the walk frees what it has passed
        result.Total.Backward(freeIntermediates: true);
        return (loss, result.Prediction.Targets);
    }

    /// <summary>The summed loss of the next batch.</summary>
    protected abstract TrainingLoss Forward(ForwardContext context, CrossEntropyOptions options);

    /// <summary>Brings parameters back into their range after an update.</summary>
    protected virtual void ApplyConstraints()
    {
    }
}
