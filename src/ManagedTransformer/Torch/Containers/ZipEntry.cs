namespace ManagedTransformer.Torch.Containers;

/// <summary>A stored entry of a zip archive.</summary>
/// <param name="Name">Its name behind the archive's root folder.</param>
/// <param name="Start">The first byte of its content, counted from the start of the file.</param>
/// <param name="Length">Bytes of its content.</param>
/// <param name="Checksum">The CRC-32 of its content.</param>
internal sealed record ZipEntry(string Name, long Start, long Length, uint Checksum);
