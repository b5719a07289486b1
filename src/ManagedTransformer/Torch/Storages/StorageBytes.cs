namespace ManagedTransformer.Torch.Storages;

/// <summary>Where the elements of a storage lie in a file.</summary>
/// <param name="file">The file.</param>
/// <param name="start">The first byte.</param>
/// <param name="length">Number of bytes.</param>
/// <param name="isBigEndian">Whether the bytes of an element stand the other way round.</param>
/// <param name="verify">Checks all bytes before the first is handed out; null for nothing to check.</param>
internal sealed class StorageBytes(FileBytes file, long start, long length, bool isBigEndian, Action? verify)
{
    private Action? _verify = verify;

    /// <summary>Number of bytes.</summary>
    public long Length { get; } = length;

    /// <summary>Reads elements, little-endian.</summary>
    /// <param name="offset">The first byte, counted from the storage's.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <param name="size">Bytes of an element.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void Read(long offset, Span<byte> destination, int size)
    {
        _verify?.Invoke();
        _verify = null;
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new InvalidDataException($"{destination.Length} bytes from {offset} on were asked for of a storage of {Length}.");
        }

        file.Read(start + offset, destination);
        for (int i = 0; isBigEndian && size > 1 && i < destination.Length; i += size)
        {
            destination.Slice(i, size).Reverse();
        }
    }
}
