using System.Buffers.Binary;

namespace ManagedTransformer.Tests.Torch;

/// <summary>Archives that say one thing twice and differently, or point to where nothing is.</summary>
internal static class HostileArchives
{
    private const int EndLength = 22, LocatorLength = 20, WideLength = 56;

    private static readonly TestTensor _four = TestTensor.Of("0", [1f, 2, 3, 4], 4);

    /// <summary>All of them.</summary>
    public static IEnumerable<HostileFile> All() => [.. Wide(), .. Entries(), .. Legacy()];

    private static IEnumerable<HostileFile> Wide()
    {
        yield return Patched("another count in the zip64 record", EndLength + LocatorLength + WideLength - 32, 9, "differ");
        yield return Patched("another start in the zip64 record", EndLength + LocatorLength + WideLength - 48, 1, "differ");
        yield return Patched("a zip64 record outside", EndLength + LocatorLength - 8, 1L << 40, "zip64 record is said to be at");
        yield return Patched("a zip64 record at a negative place", EndLength + LocatorLength - 8, long.MinValue, "zip64 record is said");
        yield return Patched("a zip64 record where none is", EndLength + LocatorLength - 8, 3, "no zip64 record");
        yield return Patched("a part of several files", EndLength - 4, 1, "several files");
        yield return new("a zip64 record that is missing",
            () => new ZipBuilder { HasZip64 = false, ClaimedCount = 0xFFFF }.Add("a/data.pkl", Pickle()).ToArray(), "missing");
        yield return Archive("zip64 sizes that are missing", z => z.Add("archive/data/1", _four.Bytes, length: uint.MaxValue), "missing");
        yield return Archive("a zip64 size of 2^62",
            z => z.Add("archive/data/1", _four.Bytes, length: uint.MaxValue, extra: Extra(1L << 62)), "4611686018427387904 bytes");
        yield return Archive("a negative zip64 size",
            z => z.Add("archive/data/1", _four.Bytes, length: uint.MaxValue, extra: Extra(-1)), "-1 bytes");
        yield return Archive("an extra field past its end",
            z => z.Add("archive/data/1", _four.Bytes, extra: [1, 0, 99, 0, 0]), "extra field");

        static byte[] Extra(long size)
        {
            byte[] extra = new byte[20];
            extra[0] = 1;
            extra[2] = 16;
            BinaryPrimitives.WriteInt64LittleEndian(extra.AsSpan(4), size);
            BinaryPrimitives.WriteInt64LittleEndian(extra.AsSpan(12), size);
            return extra;
        }
    }

    private static IEnumerable<HostileFile> Entries()
    {
        yield return Archive("two pickles", z => z.Add("archive/data.pkl", Pickle()), "twice");
        yield return Archive("content that overlaps",
            z => z.Add("archive/data/1", _four.Bytes, length: 200).Add("archive/data/2", new byte[400]), "overlaps");
        yield return Archive("a header behind the content", z => z.Add("archive/data/1", _four.Bytes, place: 0xFFFFFFF0), "outside");
        yield return Archive("a name that ends above", z => z.Add("archive/data/..", _four.Bytes), "path");
        yield return Archive("an empty part", z => z.Add("archive//data", _four.Bytes), "path");
        yield return Archive("a NUL", z => z.Add("archive/data\0/1", _four.Bytes), "path", "\\u0000");
        yield return Archive("no name", z => z.Add("", _four.Bytes), "path");
        yield return Archive("a file beside the root", z => z.Add("readme", _four.Bytes), "root folder");
        yield return Archive("an entry with a very long name",
            z => z.Add("archive/" + new string('n', 60_000), _four.Bytes, method: 8), "compressed");
        yield return Archive("escape sequences in a name", z => z.Add("archive/\u001b]0;x\u0007", _four.Bytes, method: 8), "\\u001b");
        yield return new("a storage of half the length",
            () => ZipBuilder.Checkpoint(Pickle(), ("0", _four.Bytes[..8])).ToArray(), "8 bytes");
        yield return new("a version of 200 bytes",
            () => new ZipBuilder().Add("a/data.pkl", Pickle()).Add("a/version", new byte[200]).ToArray(), "200 bytes");
        yield return new("only the start", () => "PK\u0003\u0004"u8.ToArray(), "end record");
        yield return new("an end record in a comment", () =>
        {
            byte[] whole = ZipBuilder.Checkpoint(Pickle(), ("0", _four.Bytes)).ToArray(), end = [.. whole[^EndLength..]];
            whole[^2] = EndLength;
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), 1);
            return [.. whole, .. end];
        }, "archive is damaged");
    }

    private static IEnumerable<HostileFile> Legacy()
    {
        byte[] value = PickleBuilder.State(true, ("w", _four)).ToArray();
        (string Key, long Count, byte[] Bytes)[] storages = [("0", 4, _four.Bytes)];
        byte[] whole = LegacyBuilder.File(value, storages);
        yield return new("a count in the other order of bytes",
            () => LegacyBuilder.File(value, storages, isLittleEndian: false), "288230376151711744 elements");
        yield return new("no facts",
            () => [.. whole[..15], .. new PickleBuilder().Int(1001).Op(".").ToArray(), .. new PickleBuilder().Op("}.").ToArray(), .. value],
            "facts about the machine");
        yield return new("very many operations in two pickles", () =>
        [
            .. whole[..15], .. new PickleBuilder().Repeat(2_400_000, (byte)'N', (byte)'0').Int(1001).Op(".").ToArray(),
            .. new PickleBuilder().Repeat(2_700_000, (byte)'N', (byte)'0').Op("}.").ToArray(),
        ], "operations");
    }

    private static byte[] Pickle() => PickleBuilder.State(false, ("w", _four)).ToArray();

    // Changes a number that begins so many bytes before the end: of two bytes in the end record, of eight before it.
    private static HostileFile Patched(string name, int beforeEnd, long value, params string[] words) => new(
        name,
        () =>
        {
            byte[] bytes = ZipBuilder.Checkpoint(Pickle(), ("0", _four.Bytes)).ToArray();
            Span<byte> place = bytes.AsSpan(bytes.Length - beforeEnd);
            if (beforeEnd > EndLength)
            {
                BinaryPrimitives.WriteInt64LittleEndian(place, value);
            }
            else
            {
                BinaryPrimitives.WriteInt16LittleEndian(place, (short)value);
            }

            return bytes;
        },
        words);

    private static HostileFile Archive(string name, Action<ZipBuilder> add, params string[] words) => new(
        name,
        () =>
        {
            ZipBuilder zip = ZipBuilder.Checkpoint(Pickle(), ("0", _four.Bytes));
            add(zip);
            return zip.ToArray();
        },
        words);
}
