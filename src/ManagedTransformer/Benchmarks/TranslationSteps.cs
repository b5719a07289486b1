using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Training steps of a translation model on sentences that are all of one length.</summary>
internal sealed class TranslationSteps : TrainingSteps
{
    private readonly EncoderDecoderModel _model;
    private readonly Shape _shape;
    private readonly int[] _sources, _previous, _targets;

    /// <summary>Steps that have not begun.</summary>
    /// <param name="model">A new model.</param>
    /// <param name="shape">[pairs, tokens of either side]</param>
    /// <param name="recipe">Optimiser, clipping and schedule; null: AdamW.</param>
    /// <param name="random">Source of tokens and dropout.</param>
    public TranslationSteps(EncoderDecoderModel model, Shape shape, UpdateRecipe? recipe, RandomSource random)
        : base(model, recipe, random)
    {
        _model = model;
        (_shape, _sources, _previous, _targets) = (shape, new int[shape.Count], new int[shape.Count], new int[shape.Count]);
    }

    /// <inheritdoc/>
    public override long ParameterCount => _model.ParameterCount;

    /// <inheritdoc/>
    public override int Tokens => _targets.Length;

    /// <inheritdoc/>
    protected override TrainingLoss Forward(ForwardContext context)
    {
        EncoderDecoderConfig config = _model.Config;
        Tensor sources = RandomTokens(_sources, _shape, config.SrcVocab, config.PaddingIdx),
            previous = RandomTokens(_previous, _shape, config.Vocab, config.PaddingIdx);
        return _model.TrainingLoss(sources, previous, RandomTokens(_targets, _shape, config.Vocab, config.PaddingIdx), context);
    }
}
