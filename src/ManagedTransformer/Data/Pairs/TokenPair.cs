namespace ManagedTransformer.Data.Pairs;

/// <summary>A sentence and its translation as tokens, without eos.</summary>
/// <param name="Source">The source tokens.</param>
/// <param name="Target">The target tokens.</param>
internal readonly record struct TokenPair(int[] Source, int[] Target);
