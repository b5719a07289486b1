using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation;

/// <summary>An encoder-decoder model as a search sees it.</summary>
internal sealed class TranslationScorer : ISearchModel
{
    private readonly EncoderDecoderModel _model;
    private readonly DecodingState _state;

    /// <summary>A search over the outputs of several sentences.</summary>
    /// <param name="model">The network.</param>
    /// <param name="memory">The encoded sentences.</param>
    /// <param name="beam">Rows per sentence.</param>
    /// <param name="exits">When tokens leave the decoder; null: as the model's configuration says.</param>
    public TranslationScorer(EncoderDecoderModel model, EncoderOutput memory, int beam, DepthRule? exits)
    {
        _model = model;
        _state = model.CreateState(memory, beam, exits);
    }

    /// <inheritdoc/>
    public int VocabularySize => _model.Config.Vocab;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Exits => _state.Exits;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<int> tokens, Span<float> scores)
    {
        using NoGradientScope _ = new();
        using StepScope scope = new();
        _model.Step(Tensor.From(tokens, new Shape(tokens.Length, 1)), _state).LogSoftmax().CopyTo(scores);
    }

    /// <inheritdoc/>
    public void Reorder(ReadOnlySpan<int> parents)
    {
        using StepScope scope = new();
        _state.Reorder(parents);
    }
}
