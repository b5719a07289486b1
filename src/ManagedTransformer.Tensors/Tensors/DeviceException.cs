namespace ManagedTransformer.Tensors;

/// <summary>A device that is not there, or fails.</summary>
/// <param name="message">The fault, for people.</param>
/// <param name="inner">The driver's own words, if it said any.</param>
public sealed class DeviceException(string message, Exception? inner = null) : Exception(message, inner);
