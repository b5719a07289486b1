using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lolcats.Transfer;

/// <summary>How well a layer copies its softmax attention.</summary>
/// <param name="Layer">From 0.</param>
/// <param name="Mse">Mean over positions, heads and their width of (y' - y)^2, y' the layer's heads and y the softmax's; a scalar.</param>
/// <param name="MeanSquare">Mean of y^2, a scalar.</param>
/// <param name="Xent">
/// Mean over positions and heads of minus the sum over keys of a log softmax(log a'), a' the layer's weights and a the softmax's; a scalar,
/// null where it was not asked for.
/// </param>
internal sealed record LayerTransfer(int Layer, Tensor Mse, Tensor MeanSquare, Tensor? Xent)
{
    /// <summary>The squared error as a part of the mean square: 1 for a layer that has learnt nothing. Waits for the device.</summary>
    public double RelativeError() => Mse.Item() / (double)MeanSquare.Item();
}
