using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>A tensor.</summary>
/// <param name="tensor">Where its elements are.</param>
internal sealed class PickleTensor(TorchTensor tensor) : PickleValue
{
    /// <summary>Where its elements are.</summary>
    public TorchTensor Tensor => tensor;
}
