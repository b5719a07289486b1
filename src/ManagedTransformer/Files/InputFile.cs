namespace ManagedTransformer.Files;

/// <summary>Reads files that the user named and reports what is wrong with them in one sentence.</summary>
internal static class InputFile
{
    private const int MostOfAStream = 1 << 30;

    /// <summary>The bytes of a file; those of a <c>.gz</c> file are decompressed.</summary>
    /// <exception cref="InputException">The file is missing or unreadable, or is not whole or not gzip where its name says that it
    /// is.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        try
        {
            byte[] bytes = Read(path);
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? GzipFile.Decompress(bytes, path) : bytes;
        }
        catch (Exception e) when (Describe(e, path) is not null)
        {
            throw new InputException(Describe(e, path)!, e);
        }
    }

    /// <summary>The bytes of a file as they are.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The most bytes of what has no length, as a pipe.</param>
    /// <exception cref="InputException">It has no length, and does not end before.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(string path, int most = MostOfAStream)
    {
        using FileStream stream = File.OpenRead(path);
        if (stream.CanSeek && stream.Length > 0)
        {
            return File.ReadAllBytes(path);
        }

        using MemoryStream bytes = new();
        byte[] part = new byte[1 << 16];
        for (int count; (count = stream.Read(part)) > 0;)
        {
            bytes.Write(part, 0, count);
            if (bytes.Length > most)
            {
                throw new InputException($"'{path}' is no file with an end: more than {most:N0} bytes come from it.");
            }
        }

        return bytes.ToArray();
    }

    /// <summary>The sentence for a failure of the file system, or null for any other exception.</summary>
    public static string? Describe(Exception e, string path) => e switch
    {
        InputException => null,
        FileNotFoundException or DirectoryNotFoundException => $"The file '{path}' does not exist.",
        _ when Directory.Exists(path) => $"'{path}' is a folder, not a file.",
        UnauthorizedAccessException => $"The file '{path}' cannot be opened: access is denied.",
        InvalidDataException => $"The file '{path}' is not a valid gzip file.",
        IOException => $"The file '{path}' cannot be read or written: {e.Message}",
        _ => null,
    };
}
