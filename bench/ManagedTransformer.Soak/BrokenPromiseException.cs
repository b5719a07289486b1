namespace ManagedTransformer.Soak;

/// <summary>Something did not hold that the documents promise.</summary>
/// <param name="message">A sentence.</param>
internal sealed class BrokenPromiseException(string message) : Exception(message);
