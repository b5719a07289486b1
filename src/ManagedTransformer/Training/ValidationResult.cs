namespace ManagedTransformer.Training;

/// <summary>An evaluation on the validation text.</summary>
/// <param name="Loss">Nats per token.</param><param name="BitsPerCharacter">Bits per character.</param>
/// <param name="Floor">The fewest bits per character that any model can reach, where the text's source knows it.</param><param name="IsBest">Whether it is the lowest loss so far.</param>
public sealed record ValidationResult(double Loss, double BitsPerCharacter, double? Floor, bool IsBest);
