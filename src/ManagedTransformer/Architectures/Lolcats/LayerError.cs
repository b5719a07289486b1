namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>How well a linearised layer copies its softmax attention on some text.</summary>
/// <param name="Layer">From 0.</param>
/// <param name="Mse">Mean over positions, heads and their width of (y' - y)^2, y' the layer's heads and y the softmax's.</param>
/// <param name="RelativeError">The same over the mean of y^2: 1 for a layer that has learnt nothing.</param>
public sealed record LayerError(int Layer, double Mse, double RelativeError);
