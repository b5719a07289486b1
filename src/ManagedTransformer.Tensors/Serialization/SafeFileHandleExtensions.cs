using Microsoft.Win32.SafeHandles;

namespace ManagedTransformer.Tensors.Serialization;

/// <summary>Reading of whole spans from a file.</summary>
internal static class SafeFileHandleExtensions
{
    /// <summary>Reads as many bytes as the span has; false where the file ends before.</summary>
    public static bool TryFill(this SafeFileHandle handle, Span<byte> destination, long position)
    {
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(handle, destination, position);
            if (read == 0)
            {
                return false;
            }

            position += read;
            destination = destination[read..];
        }

        return true;
    }
}
