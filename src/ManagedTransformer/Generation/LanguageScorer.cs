using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation;

/// <summary>A causal language model as a search sees it: a prompt, and what may follow it.</summary>
internal sealed class LanguageScorer : ISearchModel
{
    private readonly CausalLanguageModel _model;
    private readonly LanguageModelState _state;
    private readonly int _beam, _known;
    private int[]? _prompt;
    private int[]? _promptExits;

    /// <summary>A search over the continuations of a text.</summary>
    /// <param name="model">The network.</param>
    /// <param name="prompt">At least one token.</param>
    /// <param name="beam">Rows.</param>
    /// <param name="vocabulary">Ids that the tokenizer knows; the model may have more, which never follow.</param>
    /// <param name="exits">When tokens leave the stack; null: as the model's configuration says.</param>
    /// <param name="cancellation">Ends the reading between two layers.</param>
    public LanguageScorer(
        CausalLanguageModel model, int[] prompt, int beam, int vocabulary, DepthRule? exits, CancellationToken cancellation)
    {
        (_model, _prompt, _beam, _known) = (model, prompt, beam, vocabulary);
        using DeviceScope? _ = DeviceScope.Enter(model.Device);
        _state = model.CreateState(depth: exits);
        _state.Cancellation = cancellation;
    }

    /// <inheritdoc/>
    public int VocabularySize => _model.Config.Vocab;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Exits => _promptExits is null ? _state.Exits : _promptExits;

    /// <summary>Scores what may follow; the first time the prompt is read in place of the tokens, once for all rows.</summary>
    /// <inheritdoc/>
    public void Score(ReadOnlySpan<int> tokens, Span<float> scores)
    {
        using DeviceScope? device = DeviceScope.Enter(_model.Device);
        using NoGradientScope _ = new();
        using StepScope scope = new();
        if (_prompt is null)
        {
            _model.Step(Tensor.From(tokens, new Shape(tokens.Length, 1)), _state).LogSoftmax().CopyTo(scores);
            _promptExits = null;
        }
        else
        {
            _model.Step(Tensor.From(_prompt, new Shape(1, _prompt.Length)), _state).LogSoftmax().CopyTo(scores[..VocabularySize]);
            for (int row = 1; row < _beam; row++)
            {
                scores[..VocabularySize].CopyTo(scores[(row * VocabularySize)..]);
            }

            _promptExits = _state.Exits.IsEmpty ? null : [.. Enumerable.Repeat(_state.Exits[0], _beam)];
            _state.BeginSearch(_beam);
            _prompt = null;
        }

        for (int row = 0; _known < VocabularySize && row < scores.Length; row += VocabularySize)
        {
            scores[(row + _known)..(row + VocabularySize)].Fill(float.NegativeInfinity);
        }
    }

    /// <inheritdoc/>
    public void Reorder(ReadOnlySpan<int> parents)
    {
        using DeviceScope? device = DeviceScope.Enter(_model.Device);
        using StepScope scope = new();
        _state.Reorder(parents);
    }
}
