using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Containers;

/// <summary>The storages that a pickle names, in the order in which it does.</summary>
internal sealed class StorageTable : IStorageTable
{
    private readonly Dictionary<string, TorchStorage> _byKey = [];

    /// <summary>The storages by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> ByKey => _byKey;

    /// <summary>Told of every storage when it is first named; null for nobody.</summary>
    public Action<TorchStorage>? Found { get; init; }

    /// <inheritdoc/>
    public TorchStorage Find(string key, SafetensorsType type, long count)
    {
        if (!_byKey.TryGetValue(key, out TorchStorage? storage))
        {
            storage = new TorchStorage(key, type, count);
            Found?.Invoke(storage);
            _byKey.Add(key, storage);
        }

        return storage.Type == type && storage.Count == count ? storage : throw new PickleException(
            $"the storage {key} is named twice: as {storage.Count} elements of {storage.Type.Name()}, and as {count} of {type.Name()}")
        { IsWholeSentence = true };
    }
}
