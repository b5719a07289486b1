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

    /// <summary>A search over the continuations of a text.</summary>
    /// <param name="model">The network.</param>
    /// <param name="prompt">At least one token.</param>
    /// <param name="beam">Rows.</param>
    /// <param name="vocabulary">Ids that the tokenizer knows; the model may have more, which never follow.</param>
    /// <param name="exits">When tokens leave the stack; null: as the model's configuration says.</param>
    public LanguageScorer(CausalLanguageModel model, int[] prompt, int beam, int vocabulary, DepthRule? exits)
    {
        (_model, _prompt, _beam, _known) = (model, prompt, beam, vocabulary);
        using DeviceScope? _ = DeviceScope.Enter(model.Device);
        _state = model.CreateState(beam, exits);
    }

    /// <inheritdoc/>
    public int VocabularySize => _model.Config.Vocab;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Exits => _state.Exits;

    /// <summary>Scores what may follow; the first time the prompt is read in place of the tokens.</summary>
    /// <inheritdoc/>
    public void Score(ReadOnlySpan<int> tokens, Span<float> scores)
    {
        using DeviceScope? device = DeviceScope.Enter(_model.Device);
        using NoGradientScope _ = new();
        using StepScope scope = new();
        Tensor read = _prompt is null
            ? Tensor.From(tokens, new Shape(tokens.Length, 1))
            : Tensor.From([.. Enumerable.Repeat(_prompt, _beam).SelectMany(ids => ids)], new Shape(_beam, _prompt.Length));
        _model.Step(read, _state).LogSoftmax().CopyTo(scores);
        if (_prompt is not null)
        {
            _state.BeginSearch();
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
