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
    private readonly Shape _shape;
    private readonly int[] _inputs, _targets;

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
        (_shape, _inputs, _targets) = (shape, new int[shape.Count], new int[shape.Count]);
    }

    /// <inheritdoc/>
    public override long ParameterCount => _model.ParameterCount;

    /// <inheritdoc/>
    public override int Tokens => _targets.Length;

    /// <inheritdoc/>
    protected override TrainingLoss Forward(ForwardContext context)
    {
        LanguageModelConfig config = _model.Config;
        Tensor inputs = RandomTokens(_inputs, _shape, config.Vocab, config.PaddingIdx),
            targets = RandomTokens(_targets, _shape, config.Vocab, config.PaddingIdx);
        return _model.TrainingLoss(inputs, targets, context, history: _history);
    }

    /// <inheritdoc/>
    protected override void ApplyConstraints() => _model.Stack.ApplyConstraints();
}
