using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>
/// Trains a module of one's own as a <see cref="TrainingRun"/> trains this library's: accumulated gradients, clipping, optimisers,
/// schedule, dropout by seed and step, memory that is used over and over. Batches and loss are the caller's, and so is when to stop, to
/// evaluate and to save. For one thread at a time.
/// </summary>
public sealed class ModuleTrainer
{
    private readonly Module _module;
    private readonly ModuleTrainerOptions _options;
    private readonly Updates _updates;

    /// <summary>A trainer before its first update.</summary>
    /// <param name="module">Its parameters are trained.</param>
    /// <param name="loss">What for.</param>
    /// <param name="options">How; default: AdamW at a constant rate of 0.001.</param>
    /// <exception cref="InputException">An option is out of its range, or no parameter is left to train.</exception>
    public ModuleTrainer(Module module, ModuleLoss loss, ModuleTrainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(loss);
        _module = module;
        _options = options ?? new ModuleTrainerOptions();
        UpdateRecipe recipe = _options.ToRecipe();
        if (recipe.Trainable.Choose(module.Parameters()).Count == 0)
        {
            throw new InputException("The module has no parameters to train.");
        }

        _updates = new Updates(module, loss, recipe, _options.Steps, new RandomSource(_options.Seed));
    }

    /// <summary>Updates done.</summary>
    public long Step => _updates.Step;

    /// <summary>
    /// One update: the gradient is that of the summed loss over the number of examples. Tensors made meanwhile, by the loss too,
    /// end with it.
    /// </summary>
    /// <exception cref="InputException">The loss or its gradient is not finite; the parameters are as before.</exception>
    public TrainingUpdate Update()
    {
        try
        {
            return _updates.Update();
        }
        catch (InputException e)
        {
            throw new InputException($"{e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Writes weights, optimiser and position as a folder, whole or not at all; an earlier one is replaced.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">It cannot be written, or holds something else.</exception>
    public void Save(string path) => CheckpointFolder.Write(path, folder =>
    {
        ModuleWeights.Save(_module, Path.Combine(folder, CheckpointFolder.ModelFile));
        _updates.Save(folder);
        TrainingState state = new() { Step = Step, Steps = _options.Steps, Seed = _options.Seed, Position = _updates.Position };
        AtomicFile.Write(
            Path.Combine(folder, CheckpointFolder.TrainerFile), JsonDocuments.Write(state, TrainingJson.Default.TrainingState));
    });

    /// <summary>Goes on where <see cref="Save"/> was called, bit for bit.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">It is missing or damaged, of another module or optimiser, or of another seed.</exception>
    public void Restore(string path)
    {
        string folder = CheckpointFolder.Open(path), file = Path.Combine(folder, CheckpointFolder.TrainerFile);
        TrainingState state = JsonDocuments.Read(file, Utf8File.Read(file), TrainingJson.Default.TrainingState);
        if (state.Seed != _options.Seed)
        {
            throw new InputException(
                $"{folder} was trained with the seed {state.Seed}: set ModuleTrainerOptions.Seed to {state.Seed} to go on.");
        }

        ModuleWeights.Load(_module, Path.Combine(folder, CheckpointFolder.ModelFile));
        _updates.Restore(folder, state);
    }

    private sealed class Updates(Module module, ModuleLoss loss, UpdateRecipe recipe, long steps, RandomSource random)
        : Trainer(module, recipe, steps, random)
    {
        public override BatchPosition Position { get; protected set; }

        protected override void Skip() => Position = new BatchPosition(Position.Step + 1);

        protected override TrainingLoss Forward(ForwardContext context, CrossEntropyOptions options)
        {
            (Tensor sum, long count) = loss(Position.Step, context);
            if (sum.Count != 1 || count < 1)
            {
                throw new InvalidOperationException(
                    "The loss must be a single element, the sum over at least one example; "
                    + $"it is {sum.DType}{sum.Shape}, summed over {count}.");
            }

            Position = new BatchPosition(Position.Step + 1);
            return new TrainingLoss(sum, new CrossEntropyResult(sum, sum, count), null);
        }
    }
}
