using ManagedTransformer.Modules.Reports;

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
    /// <summary>What mechanisms of the model did, such as how far back heads looked; none for a model that has nothing to tell.</summary>
    public IReadOnlyList<MechanismReport> Reports { get; init; } = [];
}
