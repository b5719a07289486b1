using System.Globalization;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Torch.Storages;

/// <summary>
/// The memory that tensors of a file look at: known by its key at first, found in the file by the container, and read where a tensor asks.
/// </summary>
/// <param name="key">The key, digits.</param>
/// <param name="type">Type of the elements.</param>
/// <param name="count">Number of elements.</param>
internal sealed class TorchStorage(string key, SafetensorsType type, long count)
{
    private StorageBytes? _bytes;

    /// <summary>The key, digits.</summary>
    public string Key => key;

    /// <summary>Type of the elements.</summary>
    public SafetensorsType Type => type;

    /// <summary>Number of elements.</summary>
    public long Count => count;

    /// <summary>Bytes of all elements.</summary>
    public long ByteLength => checked(count * type.Size());

    /// <summary>Tells where the elements lie.</summary>
    /// <param name="bytes">As many bytes as the storage has.</param>
    /// <exception cref="InvalidDataException">Another number of bytes.</exception>
    public void Attach(StorageBytes bytes)
    {
        if (bytes.Length != ByteLength)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"the storage {key} has {bytes.Length} bytes in the file, and its tensors need {ByteLength} ({count} of {type.Name()})."));
        }

        _bytes = bytes;
    }

    /// <summary>Reads elements as they lie in the file, little-endian.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <param name="size">Bytes of an element.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void Read(long offset, Span<byte> destination, int size) =>
        (_bytes ?? throw new InvalidDataException($"the storage {key} is not in the file.")).Read(offset, destination, size);
}
