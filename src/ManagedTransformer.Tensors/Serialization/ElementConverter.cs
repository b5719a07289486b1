namespace ManagedTransformer.Tensors.Serialization;

/// <summary>Converts stored elements, little-endian, to values in memory.</summary>
/// <param name="source">As many elements as the destination has places.</param>
/// <param name="destination">Receives the values.</param>
internal delegate void ElementConverter<T>(ReadOnlySpan<byte> source, Span<T> destination);
