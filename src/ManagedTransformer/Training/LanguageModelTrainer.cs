using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data;
using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>
/// One update after the other: batches, forward, backward, clipping, optimisers, and the states that models with spans carry from block to block. All randomness is
/// a function of the seed and the number of updates done.
/// </summary>
internal sealed class LanguageModelTrainer
{
    private readonly CausalLanguageModel _network;
    private readonly TrainingRecipe _recipe;
    private readonly RandomSource _random;
    private readonly IReadOnlyList<NamedParameter> _parameters;
    private readonly OptimizerSet _optimizers;
    private readonly LearningRateSchedule _schedule;
    private readonly BatchSource _batches;
    private readonly HiddenStateCache? _past;
    private readonly int[] _inputs, _targets;

    /// <summary>A trainer before its first update.</summary>
    /// <param name="network">The model.</param><param name="recipe">How to train.</param><param name="data">What on.</param>
    /// <param name="steps">Updates in all, for the schedule.</param><param name="random">Source of batches and dropout.</param><param name="seed">The run's seed.</param>
    public LanguageModelTrainer(CausalLanguageModel network, TrainingRecipe recipe, TrainingData data, long steps, RandomSource random, ulong seed)
    {
        _network = network;
        _recipe = recipe;
        _random = random;
        _parameters = recipe.Trainable.Choose(network.Parameters());
        _optimizers = recipe.Optimizer.CreateSet(_parameters);
        _schedule = recipe.Schedule.Create(steps);
        _batches = CreateBatches(data, recipe, seed);
        _past = network.ReadsPast ? new HiddenStateCache(network.Config.Layers) : null;
        _inputs = new int[recipe.Batch * recipe.Context];
        _targets = new int[_inputs.Length];
    }

    /// <summary>Updates done.</summary>
    public long Step { get; private set; }

    /// <summary>Where the batches stand.</summary>
    public BatchPosition Position => _batches.Position;

    /// <summary>Tokens that an update reads.</summary>
    public double TokensPerStep => (double)_inputs.Length * _recipe.Accumulate;

    /// <summary>One update.</summary>
    /// <exception cref="InputException">The loss is not finite; nothing was changed but the batch norms' statistics.</exception>
    public TrainingUpdate Update()
    {
        _random.MoveTo((ulong)Step);
        foreach (NamedParameter named in _parameters)
        {
            named.Parameter.ClearGradient(release: true);
        }

        using StepScope scope = new();
        double total = 0;
        long targets = 0;
        CrossEntropyOptions options = new() { Sum = true, Smoothing = _recipe.LabelSmoothing, Mode = _recipe.SmoothingMode };
        ForwardContext context = ForwardContext.Training(_random);
        Shape shape = new(_recipe.Batch, _recipe.Context);
        for (int i = 0; i < _recipe.Accumulate; i++)
        {
            if (_batches.Next(_inputs, _targets))
            {
                _past?.Reset();
            }

            TrainingLoss result = _network.TrainingLoss(Tensor.From(_inputs, shape), Tensor.From(_targets, shape), context, options, _past);
            total += result.Prediction.Loss.Item();
            targets += result.Prediction.Targets;
            result.Total.Backward(freeIntermediates: true);
        }

        float scale = 1f / targets;
        double[] norms = _optimizers.GradientNorms(scale);
        TrainingUpdate update = new(total / targets, Math.Sqrt(norms.Sum(norm => norm * norm)), _schedule.Rate(Step));
        if (!double.IsFinite(update.Loss) || !double.IsFinite(update.GradientNorm))
        {
            throw new InputException(
                $"Training stopped at step {Step + 1}: the loss is {update.Loss} and the gradient's norm {update.GradientNorm} at the learning rate {update.Rate:G4}");
        }

        _optimizers.Step((float)update.Rate, norms, scale);
        _network.ApplyConstraints();
        Step++;
        return update;
    }

    /// <summary>Writes everything that continues the run bit for bit, but for the weights and the position.</summary>
    /// <param name="folder">A checkpoint being written.</param>
    public void Save(string folder)
    {
        ModuleWeights.Save(_optimizers.State(), Path.Combine(folder, CheckpointFolder.OptimizerFile));
        if (_past is not null)
        {
            ModuleWeights.Save(_past.State(), Path.Combine(folder, CheckpointFolder.StreamFile));
        }
    }

    /// <summary>Continues a run.</summary>
    /// <param name="folder">Its checkpoint.</param><param name="state">What the checkpoint says of it.</param>
    public void Restore(string folder, TrainingState state)
    {
        ModuleWeights.Load([.. _optimizers.State()], Path.Combine(folder, CheckpointFolder.OptimizerFile));
        if (_past is not null)
        {
            ModuleWeights.Restore(Path.Combine(folder, CheckpointFolder.StreamFile), _past.Restore);
        }

        _optimizers.Updates = state.Step;
        _batches.Position = state.Position;
        Step = state.Step;
    }

    private static BatchSource CreateBatches(TrainingData data, TrainingRecipe training, ulong seed)
    {
        try
        {
            return training.Sampling == Sampling.Stream
                ? new ContiguousBatches(data.Train, training.Batch, training.Context, seed)
                : new RandomWindowBatches(data.Train, training.Batch, training.Context, seed);
        }
        catch (InputException e)
        {
            throw new InputException($"{data.Corpus.Name}: {e.Message}", e);
        }
    }
}
