namespace ManagedTransformer.Files;

/// <summary>Writes files so that a reader sees the old content or the new one, never a part.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// The name under which the new content of a file grows; beside the file, so that renaming stays within one file system.
    /// </summary>
    public static string TemporarySibling(string path) => $"{path}.{Environment.ProcessId}.tmp";

    /// <summary>Writes to a temporary sibling, flushes it to the disk and renames it.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string temporary = TemporarySibling(path);
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw new InputException($"The file '{path}' cannot be written: {e.Message}", e);
        }
    }
}
