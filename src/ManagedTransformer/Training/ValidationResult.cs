using ManagedTransformer.Architectures.Lolcats;

namespace ManagedTransformer.Training;

/// <summary>An evaluation on the validation part.</summary>
/// <param name="Loss">Nats per token.</param>
/// <param name="IsBest">Whether it is the best so far.</param>
public sealed record ValidationResult(double Loss, bool IsBest)
{
    /// <summary>exp(loss).</summary>
    public double Perplexity => Math.Exp(Loss);

    /// <summary>Bits per character, for models of plain text; null for others.</summary>
    public double? BitsPerCharacter { get; init; }

    /// <summary>
    /// Whether a part of the validation text was scored, as the recipe's <c>evaluate_tokens</c> says, so that the figures may differ a
    /// little from those of all of it.
    /// </summary>
    public bool IsPart { get; init; }

    /// <summary>The loss of attention transfer, by which evaluations of that stage are compared; null in other stages.</summary>
    public double? TransferLoss { get; init; }

    /// <summary>How well each linearised layer copies its softmax; null where attention transfer is not what is trained.</summary>
    public IReadOnlyList<LayerError>? TransferErrors { get; init; }

    /// <summary>The fewest bits per character that any model can reach, where the text's source knows it.</summary>
    public double? Floor { get; init; }

    /// <summary>
    /// BLEU of greedy translations of the first validation sentences, 0 .. 100; null where the recipe does not ask for it.
    /// </summary>
    public double? Bleu { get; init; }
}
