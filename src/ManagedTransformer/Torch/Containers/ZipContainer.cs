using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Containers;

/// <summary>The container that PyTorch has written since version 1.6: a zip archive with a pickle and one entry for each storage.</summary>
internal static class ZipContainer
{
    private const long MostPickle = 256L << 20;
    private const int MostNote = 64, LeastVersion = 1, MostVersion = 10, ChunkBytes = 1 << 20;

    /// <summary>Reads the pickle; storages stay in the file until they are asked for.</summary>
    /// <param name="file">The archive.</param>
    /// <exception cref="InvalidDataException">It is damaged, or no checkpoint.</exception>
    public static PickleValue Read(FileBytes file)
    {
        ZipDirectory entries = ZipDirectory.Read(file);
        if (entries.Names.FirstOrDefault(IsTorchScript) is { } script)
        {
            throw new InvalidDataException(
                $"it is a TorchScript archive, save its state_dict instead (it has the entry '{PickleText.Quote(script)}').");
        }

        if (entries.Find("data.pkl") is not { } pickle)
        {
            throw new InvalidDataException("the archive has no entry 'data.pkl', so it is no PyTorch checkpoint.");
        }

        if (pickle.Length > MostPickle)
        {
            throw new InvalidDataException($"the entry 'data.pkl' has {pickle.Length} bytes; {MostPickle} are the most.");
        }

        RequireVersion(file, entries);
        bool isBigEndian = IsBigEndian(file, entries);
        RequireChecksum(file, pickle);
        StorageTable storages = new() { Found = storage => Attach(file, entries, storage, isBigEndian) };
        return PickleMachine.Read(
            new PickleStream(file, pickle.Start, pickle.Start + pickle.Length), new PickleBudget(file.Length), storages);
    }

    private static bool IsTorchScript(string name) =>
        name is "constants.pkl" or "data.json" || name.StartsWith("code/", StringComparison.Ordinal);

    private static void Attach(FileBytes file, ZipDirectory entries, TorchStorage storage, bool isBigEndian)
    {
        if (entries.Find($"data/{storage.Key}") is not { } entry)
        {
            throw new PickleException($"the archive lacks the storage {storage.Key} of {storage.ByteLength} bytes")
            { IsWholeSentence = true };
        }

        if (entry.Length != storage.ByteLength)
        {
            throw new PickleException(
                $"the storage {storage.Key} has {entry.Length} bytes in the archive instead of {storage.ByteLength} ({storage.Count} of "
                + $"{storage.Type.Name()})")
            { IsWholeSentence = true };
        }

        storage.Attach(new StorageBytes(file, entry.Start, entry.Length, isBigEndian, () => RequireChecksum(file, entry)));
    }

    private static void RequireVersion(FileBytes file, ZipDirectory entries)
    {
        if (Note(file, entries, "version") is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version)
            || version is < LeastVersion or > MostVersion))
        {
            throw new InvalidDataException(
                $"its format version is '{PickleText.Quote(text)}'; known are {LeastVersion} to {MostVersion}.");
        }
    }

    private static bool IsBigEndian(FileBytes file, ZipDirectory entries) => Note(file, entries, "byteorder") switch
    {
        null or "little" => false,
        "big" => true,
        string other => throw new InvalidDataException($"its byte order is '{PickleText.Quote(other)}', neither little nor big."),
    };

    private static string? Note(FileBytes file, ZipDirectory entries, string name)
    {
        if (entries.Find(name) is not { } entry)
        {
            return null;
        }

        if (entry.Length > MostNote)
        {
            throw new InvalidDataException($"the entry '{name}' has {entry.Length} bytes; {MostNote} are the most.");
        }

        RequireChecksum(file, entry);
        byte[] bytes = new byte[entry.Length];
        file.Read(entry.Start, bytes);
        return Encoding.Latin1.GetString(bytes).Trim();
    }

    private static void RequireChecksum(FileBytes file, ZipEntry entry)
    {
        if (Checksum(file, entry) != entry.Checksum)
        {
            throw new InvalidDataException($"the checksum of the entry '{PickleText.Quote(entry.Name)}' is wrong: the file is damaged, "
                + "or was written with CRC switched off.");
        }
    }

    private static uint Checksum(FileBytes file, ZipEntry entry)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, Math.Max(1, entry.Length)));
        try
        {
            Crc32 checksum = new();
            for (long done = 0; done < entry.Length;)
            {
                Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min(chunk.Length, entry.Length - done));
                file.Read(entry.Start + done, bytes);
                checksum.Append(bytes);
                done += bytes.Length;
            }

            return checksum.GetCurrentHashAsUInt32();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
