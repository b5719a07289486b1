namespace ManagedTransformer.Data.Pairs;

/// <summary>A sentence and its translation.</summary>
/// <param name="Source">What is translated.</param>
/// <param name="Target">Its translation.</param>
internal readonly record struct SentencePair(string Source, string Target);
