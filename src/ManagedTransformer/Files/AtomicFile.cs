namespace ManagedTransformer.Files;

/// <summary>Writes files so that a reader sees the old content or the new one, never a part.</summary>
internal static class AtomicFile
{
    private const string TemporaryEnd = ".tmp";

    /// <summary>
    /// The name under which the new content of a file grows; beside the file, so that renaming stays within one file system.
    /// </summary>
    public static string TemporarySibling(string path) => $"{path}.{Environment.ProcessId}{TemporaryEnd}";

    /// <summary>Writes to a temporary sibling, flushes it to the disk and renames it.</summary>
    /// <exception cref="InputException">The file cannot be written, or is a pipe or a device, which would be replaced.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        InputFile.RequireRegular(path);
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
            Discard(temporary);
            throw new InputException($"The file '{path}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Deletes what processes that were killed left of writing a file.</summary>
    /// <param name="path">The file, whose only writer is this process.</param>
    public static void DeleteLeftovers(string path)
    {
        string start = $"{Path.GetFileName(path)}.";
        foreach (string leftover in Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(path))!)
            .Where(file => Path.GetFileName(file) is var name && name.StartsWith(start, StringComparison.Ordinal)
                && name.EndsWith(TemporaryEnd, StringComparison.Ordinal)
                && name[start.Length..^TemporaryEnd.Length] is { Length: > 0 } process && process.All(char.IsAsciiDigit)))
        {
            Discard(leftover);
        }
    }

    // What cannot be deleted, since the disk has become read-only, must not hide why it was to be.
    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
