namespace ManagedTransformer.Tensors;

/// <summary>The scales of small integers that a storage holds as rows of a matrix.</summary>
/// <param name="Values">BFloat16 [rows, groups of a row].</param>
/// <param name="Width">Elements of a row.</param>
internal sealed record GroupScales(Storage Values, int Width);
