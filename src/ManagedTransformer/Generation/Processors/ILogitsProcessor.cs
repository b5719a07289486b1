namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Changes the scores of the next token before one is drawn: what Hugging Face's transformers calls a LogitsProcessor. One object may
/// serve several generations at once, so it keeps nothing about a text between calls, or guards what it keeps.
/// </summary>
public interface ILogitsProcessor
{
    /// <summary>Changes the scores in place.</summary>
    /// <param name="tokens">The text so far: the prompt, then what was generated.</param>
    /// <param name="promptLength">How many of the tokens are the prompt.</param>
    /// <param name="logits">Scores of all tokens that the tokenizer knows, [V], as the processors before left them; minus infinity rules a
    /// token out. In a beam search they are log-probabilities.</param>
    void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits);
}
