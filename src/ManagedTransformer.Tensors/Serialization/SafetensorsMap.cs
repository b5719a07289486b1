using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace ManagedTransformer.Tensors.Serialization;

/// <summary>A safetensors file as memory, for reading; its pages come from the file when they are first read.</summary>
internal sealed class SafetensorsMap : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private SafetensorsMap(MemoryMappedFile file, MemoryMappedViewAccessor view) => (_file, _view) = (file, view);

    /// <summary>Maps a file; null where the system refuses, as for lack of addresses.</summary>
    public static SafetensorsMap? TryOpen(SafeFileHandle handle)
    {
        MemoryMappedFile? file = null;
        try
        {
            file = MemoryMappedFile.CreateFromFile(
                handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new SafetensorsMap(file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException or NotSupportedException)
        {
            file?.Dispose();
            return null;
        }
    }

    /// <summary>Some bytes of the file as memory of the processor, which keep it mapped.</summary>
    public HostStorage Part(long offset, long length) =>
        new((HostDevice)Device.Cpu, _view.SafeMemoryMappedViewHandle, offset, length);

    /// <summary>Lets the file go when its last part goes.</summary>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
