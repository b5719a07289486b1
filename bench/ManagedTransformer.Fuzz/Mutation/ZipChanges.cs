using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace ManagedTransformer.Fuzz.Mutation;

/// <summary>Changes of a file within an archive, around which the archive is written anew.</summary>
internal static class ZipChanges
{
    /// <summary>An archive with one of its files changed, most often the first one, which says what the others are.</summary>
    public static byte[] Change(byte[] file, Random random, Func<byte[], byte[]> change)
    {
        List<(string Name, byte[] Bytes)> entries = [];
        using (ZipArchive archive = new(new MemoryStream(file)))
        {
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                using Stream stream = entry.Open();
                using MemoryStream bytes = new();
                stream.CopyTo(bytes);
                entries.Add((entry.FullName, bytes.ToArray()));
            }
        }

        int place = random.Next(4) > 0 ? 0 : random.Next(entries.Count);
        entries[place] = (entries[place].Name, change(entries[place].Bytes));
        return Write(entries);
    }

    private static byte[] Write(List<(string Name, byte[] Bytes)> entries)
    {
        List<byte> content = [], directory = [];
        foreach ((string name, byte[] bytes) in entries)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(name), local = new byte[30], record = new byte[46];
            BinaryPrimitives.WriteUInt32LittleEndian(local, 0x04034B50);
            BinaryPrimitives.WriteUInt32LittleEndian(record, 0x02014B50);
            foreach ((byte[] header, int start) in new[] { (local, 14), (record, 16) })
            {
                BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(start), Crc32.HashToUInt32(bytes));
                BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(start + 4), bytes.Length);
                BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(start + 8), bytes.Length);
                BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(start + 12), (ushort)utf8.Length);
            }

            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(42), content.Count);
            content.AddRange([.. local, .. utf8, .. bytes]);
            directory.AddRange([.. record, .. utf8]);
        }

        byte[] end = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054B50);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)entries.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)entries.Count);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(12), directory.Count);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(16), content.Count);
        return [.. content, .. directory, .. end];
    }
}
