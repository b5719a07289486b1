using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>The storages of a container, by key.</summary>
internal interface IStorageTable
{
    /// <summary>The storage of a key, of which every mention must have the same type and length.</summary>
    /// <param name="key">The key.</param>
    /// <param name="type">Type of the elements.</param>
    /// <param name="count">Number of elements.</param>
    /// <exception cref="PickleException">The container has no such storage, or it was mentioned otherwise before.</exception>
    TorchStorage Find(string key, SafetensorsType type, long count);
}
