using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>A storage, or a slice of one, as tensors name it.</summary>
/// <param name="root">The storage.</param>
/// <param name="start">The slice's first element.</param>
/// <param name="count">Its elements.</param>
internal sealed class PickleStorage(TorchStorage root, long start, long count) : PickleValue
{
    /// <summary>The storage.</summary>
    public TorchStorage Root => root;

    /// <summary>The slice's first element.</summary>
    public long Start => start;

    /// <summary>Its elements.</summary>
    public long Count => count;
}
