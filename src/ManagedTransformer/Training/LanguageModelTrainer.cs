using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Datasets;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>Trains a language model on blocks of tokens; models with spans carry states from block to block.</summary>
internal class LanguageModelTrainer : Trainer
{
    private readonly CausalLanguageModel _network;
    private readonly BatchSource _batches;
    private readonly StreamHistory? _history;
    private readonly Shape _shape;
    private readonly int[] _inputs, _targets;

    // What stands for a target that the loss leaves out; null where the data has none.
    private readonly int? _ignored;

    // Where batches are written that are learnt from in place.
    private (Tensor Inputs, Tensor Targets)? _place;

    /// <summary>A trainer before its first update.</summary>
    /// <param name="network">The model.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="data">What on.</param>
    /// <param name="steps">Updates in all, for the schedule.</param>
    /// <param name="random">Source of dropout.</param>
    /// <param name="seed">The run's seed.</param>
    public LanguageModelTrainer(CausalLanguageModel network, TrainingRecipe recipe, TrainingData data, long steps,
        RandomSource random, ulong seed)
        : base(network, recipe, steps, random)
    {
        _network = network;
        _ignored = (data.Train as MaskedTokenStream)?.Ignored;
        _batches = CreateBatches(data, recipe, seed);
        _history = network.Stack.CreateHistory();
        _shape = new Shape(recipe.Batch, recipe.Context);
        _inputs = new int[recipe.Batch * recipe.Context];
        _targets = new int[_inputs.Length];
    }

    /// <inheritdoc/>
    public override BatchPosition Position
    {
        get => _batches.Position;
        protected set => _batches.Position = value;
    }

    /// <inheritdoc/>
    public override void Save(string folder)
    {
        base.Save(folder);
        if (_history is not null)
        {
            ModuleWeights.Save(_history.State(), Path.Combine(folder, CheckpointFolder.StreamFile));
        }
    }

    /// <inheritdoc/>
    public override void Restore(string folder, TrainingState state)
    {
        base.Restore(folder, state);
        if (_history is not null)
        {
            ModuleWeights.Restore(Path.Combine(folder, CheckpointFolder.StreamFile), _history.Restore);
        }
    }

    /// <inheritdoc/>
    protected override bool CarriesStates => _history is not null;

    /// <inheritdoc/>
    protected override void Skip() => _batches.Skip();

    /// <inheritdoc/>
    protected override TrainingLoss Forward(ForwardContext context, CrossEntropyOptions options)
    {
        (Tensor inputs, Tensor targets) = Next();
        return Loss(inputs, targets, context, options);
    }

    /// <inheritdoc/>
    protected override bool CanReplay => true;

    /// <inheritdoc/>
    protected override IReadOnlyList<int> BlockSizes => _network.Stack.BlockSizes(_history);

    /// <inheritdoc/>
    protected override void Load()
    {
        _history?.StayInPlace();
        Read();
        _place ??= (Tensor.From(_inputs, _shape).Keep(), Tensor.From(_targets, _shape).Keep());
        _place.Value.Inputs.CopyIndicesFrom(_inputs);
        _place.Value.Targets.CopyIndicesFrom(_targets);
    }

    /// <inheritdoc/>
    protected override TrainingLoss ForwardInPlace(ForwardContext context, CrossEntropyOptions options) =>
        Loss(_place!.Value.Inputs, _place.Value.Targets, context, options);

    /// <summary>The next batch, [B, T] each.</summary>
    protected (Tensor Inputs, Tensor Targets) Next()
    {
        Read();
        return (Tensor.From(_inputs, _shape), Tensor.From(_targets, _shape));
    }

    private void Read()
    {
        if (_batches.Next(_inputs, _targets))
        {
            _history?.Reset();
        }
    }

    private TrainingLoss Loss(Tensor inputs, Tensor targets, ForwardContext context, CrossEntropyOptions options) =>
        _network.TrainingLoss(
            inputs, targets, context, _ignored is null ? options : options with { IgnoredTarget = _ignored }, _history);

    /// <inheritdoc/>
    protected override void ApplyConstraints() => _network.Stack.ApplyConstraints();

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
