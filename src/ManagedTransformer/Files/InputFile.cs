namespace ManagedTransformer.Files;

/// <summary>Reads files that the user named and reports what is wrong with them in one sentence.</summary>
internal static class InputFile
{
    /// <summary>The bytes of a file; those of a <c>.gz</c> file are decompressed.</summary>
    /// <exception cref="InputException">The file is missing or unreadable, or is not whole or not gzip where its name says that it
    /// is.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? GzipFile.Decompress(bytes, path) : bytes;
        }
        catch (Exception e) when (Describe(e, path) is not null)
        {
            throw new InputException(Describe(e, path)!, e);
        }
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
