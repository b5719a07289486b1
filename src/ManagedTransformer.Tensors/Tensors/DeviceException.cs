namespace ManagedTransformer.Tensors;

/// <summary>A device that is not there, or fails.</summary>
/// <param name="message">What is wrong, for people.</param>
/// <param name="inner">What the driver said, if it did.</param>
public sealed class DeviceException(string message, Exception? inner = null) : Exception(message, inner);
