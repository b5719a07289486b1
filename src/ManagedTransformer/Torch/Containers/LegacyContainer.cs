using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Containers;

/// <summary>
/// The container that PyTorch wrote before version 1.6: five pickles one behind the other - a magic number, the version, facts about the
/// machine, the object, the keys of its storages - and the storages.
/// </summary>
internal static class LegacyContainer
{
    private const long Version = 1001, MostPickles = 256L << 20;

    private static readonly BigInteger _magic = BigInteger.Parse("119547037146038801333356", CultureInfo.InvariantCulture);

    /// <summary>The first bytes of such a file.</summary>
    public static ReadOnlySpan<byte> Start => [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E];

    /// <summary>Reads the pickles; storages stay in the file until they are asked for.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static PickleValue Read(FileBytes file)
    {
        PickleBudget budget = new(file.Length);
        StorageTable storages = new(), none = new();
        long place = 0, end = Math.Min(file.Length, MostPickles);
        if (Next(none) is not PickleAtom { Value: BigInteger magic } || magic != _magic)
        {
            throw new InvalidDataException("it does not begin with the magic number of PyTorch's older files.");
        }

        if (Next(none) is not PickleAtom { Value: Version })
        {
            throw new InvalidDataException($"its version is another one than {Version}.");
        }

        bool isBigEndian = RequireFacts(Next(none));
        PickleValue value = Next(storages);
        List<string> keys = Keys(Next(none));
        AttachStorages(file, place, keys, storages, isBigEndian);
        return value;

        PickleValue Next(IStorageTable table)
        {
            PickleStream stream = new(file, place, end);
            try
            {
                return PickleMachine.Read(stream, budget, table);
            }
            finally
            {
                place = stream.FilePosition;
            }
        }
    }

    private static bool RequireFacts(PickleValue facts)
    {
        if (facts is not PickleDictionary dictionary
            || dictionary.Get("protocol_version") is not PickleAtom { Value: Version }
            || dictionary.Get("little_endian") is not PickleAtom { Value: bool isLittleEndian }
            || dictionary.Get("type_sizes") is not PickleDictionary sizes
            || sizes.Get("short") is not PickleAtom { Value: 2L } || sizes.Get("int") is not PickleAtom { Value: 4L }
            || sizes.Get("long") is not PickleAtom { Value: 4L or 8L })
        {
            throw new InvalidDataException(
                $"its facts about the machine are not protocol_version {Version}, little_endian and type_sizes short 2, int 4, long 4.");
        }

        return !isLittleEndian;
    }

    private static List<string> Keys(PickleValue keys)
    {
        if (keys is not PickleSequence { Kind: SequenceKind.List } list || list.Items.Any(key => key is not PickleAtom { Value: string }))
        {
            throw new InvalidDataException("its list of storages is no list of texts.");
        }

        return [.. list.Items.Select(key => (string)((PickleAtom)key).Value!)];
    }

    private static void AttachStorages(FileBytes file, long place, List<string> keys, StorageTable storages, bool isBigEndian)
    {
        HashSet<string> seen = [];
        foreach (string key in keys)
        {
            if (!storages.ByKey.TryGetValue(key, out TorchStorage? storage) || !seen.Add(key))
            {
                throw new InvalidDataException($"its list of storages has the key '{PickleText.Quote(key)}' "
                    + $"{(seen.Contains(key) ? "twice" : "that no tensor uses")}.");
            }

            byte[] header = new byte[8];
            if (place > file.Length - header.Length)
            {
                throw new InvalidDataException($"it ends at byte {file.Length}, before the storage {key} of {storage.ByteLength} bytes.");
            }

            file.Read(place, header);
            long count = isBigEndian ? BinaryPrimitives.ReadInt64BigEndian(header) : BinaryPrimitives.ReadInt64LittleEndian(header);
            if (count != storage.Count)
            {
                throw new InvalidDataException($"the storage {key} claims {count} elements, and its tensors name {storage.Count}.");
            }

            place += header.Length;
            if (storage.ByteLength > file.Length - place)
            {
                throw new InvalidDataException(
                    $"the storage {key} claims {storage.ByteLength} bytes at byte {place}, {file.Length - place} are left.");
            }

            storage.Attach(new StorageBytes(file, place, storage.ByteLength, isBigEndian, null));
            place += storage.ByteLength;
        }

        if (storages.ByKey.Keys.FirstOrDefault(key => !seen.Contains(key)) is { } missing)
        {
            throw new InvalidDataException($"its list of storages lacks the key '{missing}', which a tensor uses.");
        }

        if (place != file.Length)
        {
            throw new InvalidDataException($"there are {file.Length - place} bytes behind the last storage.");
        }
    }
}
