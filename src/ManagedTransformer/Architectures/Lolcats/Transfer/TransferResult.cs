using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lolcats.Transfer;

/// <summary>What attention transfer found in a block of tokens.</summary>
/// <param name="Loss">The loss to train on, a scalar; its gradient reaches feature maps and window factors only.</param>
/// <param name="Layers">The errors of the linearised layers.</param>
/// <param name="Hidden">The teacher's states behind the last layer and its norm, [B, T, D].</param>
internal sealed record TransferResult(Tensor Loss, IReadOnlyList<LayerTransfer> Layers, Tensor Hidden);
