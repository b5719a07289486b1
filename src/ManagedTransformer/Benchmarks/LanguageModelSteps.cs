using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Training steps of a language model; one with spans sees the block before as it does in training.</summary>
internal sealed class LanguageModelSteps : TrainingSteps
{
    private readonly CausalLanguageModel _model;
    private readonly StreamHistory? _history;
    private readonly Tensor _inputs, _targets;
    private readonly int[] _ids;

    /// <summary>Steps that have not begun.</summary>
    /// <param name="model">A new model.</param>
    /// <param name="shape">[rows, tokens]</param>
    /// <param name="recipe">Optimiser, clipping and schedule; null: AdamW.</param>
    /// <param name="random">Source of tokens and dropout.</param>
    public LanguageModelSteps(CausalLanguageModel model, Shape shape, UpdateRecipe? recipe, RandomSource random)
        : base(model, recipe, random)
    {
        _model = model;
        _history = model.Stack.CreateHistory();
        (_inputs, _targets, _ids) = (Room(shape), Room(shape), new int[shape.Count]);
    }

    /// <inheritdoc/>
    public override long ParameterCount => _model.ParameterCount;

    /// <inheritdoc/>
    public override int Tokens => _ids.Length;

    /// <inheritdoc/>
    protected override IReadOnlyList<int> BlockSizes => _model.Stack.BlockSizes(_history);

    /// <inheritdoc/>
    public override void PrepareReplays()
    {
        base.PrepareReplays();
        _history?.StayInPlace();
    }

    /// <inheritdoc/>
    protected override void Load()
    {
        LanguageModelConfig config = _model.Config;
        WriteRandom(_inputs, _ids, config.Vocab, config.PaddingIdx);
        WriteRandom(_targets, _ids, config.Vocab, config.PaddingIdx);
    }

    /// <inheritdoc/>
    protected override TrainingLoss Forward(ForwardContext context) =>
        _model.TrainingLoss(_inputs, _targets, context, history: _history);

    /// <inheritdoc/>
    protected override void ApplyConstraints() => _model.Stack.ApplyConstraints();
}
