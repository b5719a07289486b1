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
    private readonly Tensor _sources, _previous, _targets;
    private readonly int[] _ids;

    /// <summary>Steps that have not begun.</summary>
    /// <param name="model">A new model.</param>
    /// <param name="shape">[pairs, tokens of either side]</param>
    /// <param name="recipe">Optimiser, clipping and schedule; null: AdamW.</param>
    /// <param name="random">Source of tokens and dropout.</param>
    public TranslationSteps(EncoderDecoderModel model, Shape shape, UpdateRecipe? recipe, RandomSource random)
        : base(model, recipe, random)
    {
        _model = model;
        (_sources, _previous, _targets, _ids) = (Room(shape), Room(shape), Room(shape), new int[shape.Count]);
    }

    /// <inheritdoc/>
    public override long ParameterCount => _model.ParameterCount;

    /// <inheritdoc/>
    public override int Tokens => _ids.Length;

    /// <inheritdoc/>
    protected override void Load()
    {
        EncoderDecoderConfig config = _model.Config;
        WriteRandom(_sources, _ids, config.SrcVocab, config.PaddingIdx);
        WriteRandom(_previous, _ids, config.Vocab, config.PaddingIdx);
        WriteRandom(_targets, _ids, config.Vocab, config.PaddingIdx);
    }

    /// <inheritdoc/>
    protected override TrainingLoss Forward(ForwardContext context) => _model.TrainingLoss(_sources, _previous, _targets, context);
}
