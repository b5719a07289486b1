namespace ManagedTransformer.Runs;

/// <summary>A logged evaluation of a run on its validation part. What the log does not say, or says is no number, is null.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Seconds">Since the run began; null in logs of older versions.</param>
/// <param name="Loss">Nats per token.</param>
/// <param name="BitsPerCharacter">The same in bits per character, for models of plain text.</param>
/// <param name="Bleu">BLEU of greedy translations, where the recipe asks for it.</param>
/// <param name="TransferLoss">The loss of attention transfer, in that stage of linearising.</param>
/// <param name="IsBest">Whether it was the best so far, by what the recipe compares.</param>
public readonly record struct RunEvaluation(
    long Step, double? Seconds, double? Loss, double? BitsPerCharacter, double? Bleu, double? TransferLoss, bool IsBest)
{
    /// <summary>Whether a part of the validation text was scored; false in logs of older versions, which do not say so.</summary>
    public bool IsPart { get; init; }
}
