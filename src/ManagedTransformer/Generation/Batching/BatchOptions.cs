namespace ManagedTransformer.Generation.Batching;

/// <summary>How many texts a <see cref="GenerationBatch"/> takes.</summary>
public sealed record BatchOptions
{
    /// <summary>Most texts that are generated at the same time, at least 1.</summary>
    public int Slots { get; init; } = 16;

    /// <summary>Most texts that wait for a slot, at least 0.</summary>
    public int Queue { get; init; } = 64;

    /// <summary>
    /// Most tokens of a prompt that are read between two steps of the other texts, at least 1. Longer prompts are read in several pieces,
    /// always the same ones, so that a text does not depend on how busy the model is.
    /// </summary>
    public int PromptPiece { get; init; } = 512;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Slots, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Queue);
        ArgumentOutOfRangeException.ThrowIfLessThan(PromptPiece, 1);
    }
}
