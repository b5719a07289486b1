namespace ManagedTransformer.Generation.Batching;

/// <summary>All slots are taken, and so are all places of the queue.</summary>
/// <param name="message">What is full.</param>
public sealed class BatchFullException(string message) : Exception(message);
