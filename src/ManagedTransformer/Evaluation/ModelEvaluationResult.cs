namespace ManagedTransformer.Evaluation;

/// <summary>How well a model predicts a text.</summary>
/// <param name="Source">The text.</param>
/// <param name="Split">The part of it that was scored.</param>
/// <param name="Loss">Nats per token.</param>
/// <param name="BitsPerCharacter">Bits per Unicode character, or per byte for a tokenizer of bytes.</param>
/// <param name="Perplexity">exp(loss).</param>
/// <param name="Tokens">Tokens scored: all but the first.</param>
/// <param name="Floor">The fewest bits per character that any model can reach on this part, where the text's source knows it.</param>
public sealed record ModelEvaluationResult(
    string Source, EvaluationSplit Split, double Loss, double BitsPerCharacter, double Perplexity, long Tokens, double? Floor)
{
    /// <summary>What the parts of the model did; null where nobody asked, or the model has neither spans nor memories.</summary>
    public EvaluationDetails? Details { get; init; }
}
