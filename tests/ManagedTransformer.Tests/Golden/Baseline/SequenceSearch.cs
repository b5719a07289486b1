using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

/// <summary>An encoder-decoder model, with or without exits, that reads one sentence for a search.</summary>
internal sealed class SequenceSearch(EncoderDecoderModel model, Tensor source, int beam) : ISearchModel
{
    private readonly DecodingState _state = model.CreateState(model.Encode(source, ForwardContext.Inference), beam);

    public int VocabularySize => model.Config.Vocab;

    public ReadOnlySpan<int> Exits => _state.Exits;

    public void Score(ReadOnlySpan<int> tokens, Span<float> scores)
    {
        using StepScope scope = new();
        model.Step(Tensor.From(tokens, new Shape(tokens.Length, 1)), _state).LogSoftmax().CopyTo(scores);
    }

    public void Reorder(ReadOnlySpan<int> parents)
    {
        using StepScope scope = new();
        _state.Reorder(parents);
    }
}
