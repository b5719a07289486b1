using ManagedTransformer.Tensors.Serialization;

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
            using FileStream file = OpenRead(path);
            byte[] bytes = Read(file);
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? GzipFile.Decompress(bytes, path) : bytes;
        }
        catch (Exception e) when (Describe(e, path) is not null)
        {
            throw new InputException(Describe(e, path)!, e);
        }
    }

    /// <summary>Opens a file, and nothing that would wait or never end.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is a pipe or a device.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied, or it is a folder.</exception>
    public static FileStream OpenRead(string path)
    {
        RequireRegular(path);
        return File.OpenRead(path);
    }

    /// <summary>Refuses pipes and devices (<see cref="RegularFile.Require"/>).</summary>
    /// <param name="path">The file; nothing needs to be there.</param>
    /// <exception cref="InputException">It is a pipe or a device.</exception>
    public static void RequireRegular(string path)
    {
        try
        {
            RegularFile.Require(path);
        }
        catch (InvalidDataException e)
        {
            throw new InputException(e.Message, e);
        }
    }

    /// <summary>The bytes of a file as they are.</summary>
    /// <param name="file">The file, at its beginning.</param>
    /// <param name="most">The most bytes of what has no length, as a pipe.</param>
    /// <exception cref="InputException">It has no length, and does not end before.</exception>
    /// <exception cref="IOException">It cannot be read, or is larger than an array.</exception>
    public static byte[] Read(FileStream file, int most = MostOfAStream)
    {
        if (file.CanSeek && file.Length > 0)
        {
            byte[] content = file.Length <= Array.MaxLength
                ? GC.AllocateUninitializedArray<byte>((int)file.Length)
                : throw new IOException($"it has more than {Array.MaxLength:N0} bytes.");
            file.ReadExactly(content);
            return content;
        }

        using MemoryStream bytes = new();
        byte[] part = new byte[1 << 16];
        for (int count; (count = file.Read(part)) > 0;)
        {
            bytes.Write(part, 0, count);
            if (bytes.Length > most)
            {
                throw new InputException($"'{file.Name}' is no file with an end: more than {most:N0} bytes come from it.");
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Refuses a folder where a file is looked for, which is there then and cannot be read.</summary>
    /// <param name="path">The file; nothing needs to be there.</param>
    /// <exception cref="InputException">It is a folder.</exception>
    public static void RefuseFolder(string path)
    {
        if (Directory.Exists(path))
        {
            throw new InputException($"'{path}' is a folder, not a file.");
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
