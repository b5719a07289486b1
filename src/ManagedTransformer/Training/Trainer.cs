using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Training.Workers;

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
    private readonly Lazy<OptimizerSet> _optimizers;
    private readonly LearningRateSchedule _schedule;
    private readonly WeightAverages? _averages;
    private readonly Module _network;
    private readonly GradientSet _gradients;
    private UpdateExchange? _exchange;
    private ShardedOptimizers? _sharded;
    private Crew _crew = new(null);
    private StepReplay? _replay;

    /// <summary>A trainer before its first update.</summary>
    /// <param name="network">What to train.</param>
    /// <param name="recipe">How.</param>
    /// <param name="steps">Updates in all, for the schedule.</param>
    /// <param name="random">Source of dropout.</param>
    protected Trainer(Module network, UpdateRecipe recipe, long steps, RandomSource random)
    {
        _recipe = recipe;
        _random = random;
        _network = network;
        _parameters = recipe.Trained.Choose(network.Parameters());
        _gradients = new GradientSet(_parameters.Select(named => named.Parameter));
        _optimizers = new(() => recipe.Optimizer.CreateSet(_parameters));
        _schedule = recipe.Schedule.Create(steps);
        _averages = recipe.Ema is { } ema ? new WeightAverages(_parameters, ema.Decay) : null;
    }

    /// <summary>Trained values.</summary>
    public long TrainedParameters => _parameters.Sum(named => named.Parameter.Count);

    /// <summary>Updates done.</summary>
    public long Step { get; private set; }

    /// <summary>Where the batches stand.</summary>
    public abstract BatchPosition Position { get; protected set; }

    /// <summary>Whether any worker wants to stop: set it before an update, and read after it what all of them know.</summary>
    public bool IsStopWanted { get; set; }

    /// <summary>Whether the last update got as far as that all workers know the same.</summary>
    public bool HasExchanged { get; private set; }

    /// <summary>Whether gradients are sent while the backward walk goes on.</summary>
    public bool SendsEarly { get; set; } = true;

    /// <summary>Whether passes are replayed where they ask for the same every time.</summary>
    internal bool MayReplay => _replay is not null;

    /// <summary>Passes that were replayed (<see cref="TrainingOptions.Replay"/>).</summary>
    internal long Replays => _replay?.Replays ?? 0;

    /// <summary>Says why passes are not replayed; null where they are, or may be.</summary>
    internal string? ReplayObstacle => _replay?.Obstacle;

    /// <summary>Bytes that this worker has sent to others.</summary>
    public long BytesSent => (_exchange?.Gradients.BytesSent ?? 0) + (_sharded?.BytesSent ?? 0);

    /// <summary>Shares the batches of every update with other workers.</summary>
    /// <param name="crew">The workers.</param>
    /// <param name="options">Name the recipe in errors, and say what else is shared.</param>
    /// <exception cref="InputException">The batches cannot be dealt.</exception>
    public void Join(Crew crew, TrainingOptions options)
    {
        if (crew.Count > 1 && CarriesStates)
        {
            throw new InputException(
                $"{options.RecipeName}: the model carries states from batch to batch, so that its batches cannot be dealt to {crew.Count} workers.");
        }

        if (crew.Count > 1)
        {
            if (!_parameters[0].Parameter.Device.IsHost)
            {
                throw new InputException($"Workers compute on processors, not on {_parameters[0].Parameter.Device.Name}.");
            }

            _crew = crew;
            _exchange = new UpdateExchange(crew, _network, _gradients);
            _sharded = options.ShardOptimizer ? new ShardedOptimizers(crew.Group!, _recipe.Optimizer, _parameters) : null;
        }
        else if (options.Replay && CanReplay)
        {
            _replay = StepReplay.TryCreate(
                _parameters[0].Parameter.Device, _parameters.Select(named => named.Parameter), _random);
        }
    }

    /// <summary>One update.</summary>
    /// <exception cref="InputException">The loss is not finite; nothing was changed but the batch norms' statistics.</exception>
    public TrainingUpdate Update()
    {
        using DeviceScope? device = DeviceScope.Enter(_parameters[0].Parameter.Device);
        _replay?.Begin();
        _gradients.Clear();
        using StepScope scope = new();
        HasExchanged = false;
        List<BatchLoss> losses = Accumulate();
        long targets = losses.Sum(loss => loss.Targets);
        float scale = 1f / targets;
        // The one place at which a step waits for its device: everything before is queued there without a pause.
        Tensor[] sums = [.. losses.Select(loss => loss.Sum)];
        double[] norms = _sharded?.GradientNorms(scale, sums) ?? _optimizers.Value.GradientNorms(scale, sums);
        double total = losses.Sum(loss => (double)loss.Sum.Item());
        TrainingUpdate update = new(total / targets, Math.Sqrt(norms.Sum(norm => norm * norm)), _schedule.Rate(Step), targets);
        if (!double.IsFinite(update.Loss) || !double.IsFinite(update.GradientNorm))
        {
            throw new InputException(
                $"Training stopped at step {Step + 1}: the loss is {update.Loss} and the gradient's norm {update.GradientNorm} at the "
                + $"learning rate {update.Rate:G4}");
        }

        if (_sharded is null)
        {
            _optimizers.Value.Step((float)update.Rate, norms, scale);
        }
        else
        {
            _sharded.Step((float)update.Rate, norms, scale);
        }

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

    /// <summary>Brings together what <see cref="Save"/> on the first worker writes.</summary>
    public void CollectState() => _sharded?.Collect(_crew.IsFirst);

    /// <summary>Writes everything that continues the run bit for bit, but for the weights and the position.</summary>
    /// <param name="folder">A checkpoint being written.</param>
    public virtual void Save(string folder)
    {
        string optimizer = Path.Combine(folder, CheckpointFolder.OptimizerFile);
        if (_sharded is null)
        {
            ModuleWeights.Save(_optimizers.Value.State(), optimizer);
        }
        else
        {
            _sharded.Save(optimizer);
        }

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
        string optimizer = Path.Combine(folder, CheckpointFolder.OptimizerFile);
        if (_sharded is null)
        {
            ModuleWeights.Load([.. _optimizers.Value.State()], optimizer);
            _optimizers.Value.Updates = state.Step;
        }
        else
        {
            _sharded.Load(optimizer);
            _sharded.Updates = state.Step;
        }

        if (_averages is not null)
        {
            ModuleWeights.Load([.. _averages.State()], Path.Combine(folder, CheckpointFolder.AveragesFile));
            _averages.Updates = state.Step;
        }

        Position = state.Position;
        Step = state.Step;
    }

    // The gradient of all batches, each made apart, added in their order; and their losses in the same order.
    private List<BatchLoss> Accumulate()
    {
        CrossEntropyOptions options = new() { Sum = true, Smoothing = _recipe.LabelSmoothing, Mode = _recipe.SmoothingMode };
        ForwardContext context = ForwardContext.Training(_random);
        List<BatchLoss> losses = new(_recipe.Accumulate);
        _exchange?.Begin();
        for (int i = 0; i < _recipe.Accumulate; i++)
        {
            if (_exchange?.IsOthers(i) == true)
            {
                Skip();
                continue;
            }

            // A batch draws the same numbers whoever learns from it, and whatever the batches before it drew.
            _random.MoveTo(((ulong)Step * (ulong)_recipe.Accumulate) + (ulong)i);
            (Tensor loss, long counted) = Learn(context, options);
            losses.Add(new BatchLoss(loss, counted));
            if (_exchange is not null)
            {
                _exchange.EndBatch();
            }
            else if (_recipe.Accumulate > 1)
            {
                _gradients.Fold();
            }
        }

        if (_exchange is not null)
        {
            (losses, IsStopWanted) = _exchange.Finish(losses, IsStopWanted);
        }
        else
        {
            _gradients.Restore();
        }

        HasExchanged = true;
        return losses;
    }

    /// <summary>Whether a batch goes on where the one before it ended, so that no other process can learn from it.</summary>
    protected virtual bool CarriesStates => false;

    /// <summary>Whether batches have one shape, and passes over them nothing to do for the host but to ask its device.</summary>
    protected virtual bool CanReplay => false;

    /// <summary>What decides the sizes of a pass over the batch that was loaded, where that changes from batch to batch.</summary>
    protected virtual IReadOnlyList<int> BlockSizes => [];

    /// <summary>Writes the next batch over the last one, for <see cref="ForwardInPlace"/>.</summary>
    protected virtual void Load() => throw new NotSupportedException();

    /// <summary>The summed loss of the batch that was loaded.</summary>
    protected virtual TrainingLoss ForwardInPlace(ForwardContext context, CrossEntropyOptions options) => throw new NotSupportedException();

    /// <summary>Passes the next batch by.</summary>
    protected abstract void Skip();

    /// <summary>Adds the gradient of the next batch's summed loss to the parameters.</summary>
    /// <returns>That loss, without penalties, and what it is to be divided by.</returns>
    protected virtual (Tensor Loss, long Targets) Learn(ForwardContext context, CrossEntropyOptions options)
    {
        if (_replay is { IsOn: true })
        {
            Load();
            return _replay.Learn(
                () =>
                {
                    TrainingLoss loaded = ForwardInPlace(context, options);
                    return (loaded.Total, loaded.Prediction.Loss, loaded.Prediction.Targets);
                },
                isLent: _recipe.Accumulate == 1, BlockSizes);
        }

        TrainingLoss result = Forward(context, options);
        Tensor loss = result.Prediction.Loss.Detach() * 1; // a copy: the walk frees what it has passed
        if (_exchange is null || !SendsEarly)
        {
            result.Total.Backward(freeIntermediates: true);
        }
        else
        {
            _gradients.Watch(() => result.Total.Backward(freeIntermediates: true), _exchange.Gradients.Complete);
        }

        return (loss, result.Prediction.Targets);
    }

    /// <summary>The summed loss of the next batch.</summary>
    protected abstract TrainingLoss Forward(ForwardContext context, CrossEntropyOptions options);

    /// <summary>Brings parameters back into their range after an update.</summary>
    protected virtual void ApplyConstraints()
    {
    }
}
