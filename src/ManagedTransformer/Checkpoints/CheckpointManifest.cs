using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Checkpoints;

/// <summary>The lengths and checksums of a checkpoint's files, in <c>manifest.json</c> beside them.</summary>
/// <param name="Version">Version of the manifest, 1.</param>
/// <param name="Files">The files by their names, with '/' between the parts of a name.</param>
internal sealed record CheckpointManifest(int Version, Dictionary<string, CheckpointFile> Files)
{
    public const string FileName = "manifest.json";
    public const int CurrentVersion = 1;

    // SHA256.HashData(Stream) reads 4 KiB at a time: on large files the calls take longer than the hashing.
    // This much still fits the second cache level.
    private const int ChunkBytes = 1 << 18;

    /// <summary>Hashes every file of a folder, flushes it to the disk, and adds the manifest.</summary>
    public static void Write(string folder)
    {
        Dictionary<string, CheckpointFile> files = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            string name = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
            files.Add(name, new CheckpointFile(file.Length, Checksum(file)));
            file.Flush(flushToDisk: true);
        }

        using FileStream manifest = new(Path.Combine(folder, FileName), FileMode.Create, FileAccess.Write);
        JsonSerializer.Serialize(manifest, new CheckpointManifest(CurrentVersion, files), CheckpointJson.Default.CheckpointManifest);
        manifest.Flush(flushToDisk: true);
    }

    /// <summary>The manifest of a folder as it stands there; empty where it cannot be read.</summary>
    public static byte[] Bytes(string folder)
    {
        try
        {
            using FileStream file = InputFile.OpenRead(Path.Combine(folder, FileName));
            return InputFile.Read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            return [];
        }
    }

    /// <summary>Compares the files of a folder with its manifest. Files that the manifest does not name are left alone.</summary>
    /// <exception cref="InputException">The manifest is damaged, or a file is missing, has another length or another checksum.</exception>
    public static void Verify(string folder)
    {
        string path = Path.Combine(folder, FileName);
        foreach ((string name, CheckpointFile? expected) in Read(path).Files)
        {
            if (expected is null || !IsInside(name))
            {
                throw new InputException($"The manifest '{path}' is damaged: its entry for the file '{name}' is not valid.");
            }

            VerifyFile(Path.Combine(folder, name), expected);
        }
    }

    private static CheckpointManifest Read(string path)
    {
        CheckpointManifest? manifest;
        try
        {
            byte[] utf8 = Utf8File.Read(path);
            JsonFile.RequireRoom(utf8, path);
            manifest = JsonSerializer.Deserialize(utf8, CheckpointJson.Default.CheckpointManifest);
        }
        catch (JsonException e)
        {
            throw new InputException($"The manifest '{path}' is damaged: it is not the JSON of a manifest.", e);
        }

        return manifest switch
        {
            null => throw new InputException($"The manifest '{path}' is damaged: it is empty."),
            { Version: CurrentVersion } => manifest,
            _ => throw new InputException(
                $"The manifest '{path}' has the version {manifest.Version}; this program reads version {CurrentVersion}."),
        };
    }

    // Names come from a file that may be hostile: they must not lead out of the folder.
    private static bool IsInside(string name) =>
        !Path.IsPathRooted(name) && !name.Contains('\0') && name.Split('/', '\\').All(part => part is not ("" or "." or ".."));

    private static void VerifyFile(string path, CheckpointFile expected)
    {
        try
        {
            InputFile.RequireRegular(path);
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (file.Length != expected.Bytes)
            {
                throw new InputException(
                    $"The checkpoint file '{path}' is damaged: it has {file.Length} bytes instead of {expected.Bytes}.");
            }

            if (Checksum(file) != expected.Sha256)
            {
                throw new InputException($"The checkpoint file '{path}' is damaged: its checksum is not that of the manifest.");
            }
        }
        catch (Exception e) when (InputFile.Describe(e, path) is { } reason && e is not InputException)
        {
            throw new InputException(
                e is FileNotFoundException or DirectoryNotFoundException ? $"The checkpoint file '{path}' is missing." : reason, e);
        }
    }

    private static string Checksum(FileStream file)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (int read; (read = file.Read(chunk)) > 0;)
            {
                hash.AppendData(chunk, 0, read);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
