using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace ManagedTransformer.Tests.Torch;

/// <summary>Writes zip archives as PyTorch does - without sizes in local headers - and wrong ones.</summary>
internal sealed class ZipBuilder
{
    private readonly List<byte> _content = [];
    private readonly List<Entry> _entries = [];

    /// <summary>Number of entries that the end record claims; null for the right one.</summary>
    public int? ClaimedCount { get; init; }

    /// <summary>Where the directory is claimed to begin; null for the right place.</summary>
    public uint? ClaimedStart { get; init; }

    /// <summary>Whether to write a zip64 record as PyTorch does.</summary>
    public bool HasZip64 { get; init; } = true;

    public static ZipBuilder Checkpoint(byte[] pickle, params (string Name, byte[] Bytes)[] storages)
    {
        ZipBuilder zip = new();
        zip.Add("archive/data.pkl", pickle).Add("archive/version", "3\n"u8.ToArray());
        foreach ((string name, byte[] bytes) in storages)
        {
            zip.Add($"archive/data/{name}", bytes);
        }

        return zip;
    }

    public ZipBuilder Add(string name, byte[] bytes, ushort method = 0, ushort flags = 0x0808, uint? crc = null, uint attributes = 0,
        string? localName = null, uint? length = null, uint? place = null, byte[]? extra = null)
    {
        uint start = place ?? (uint)_content.Count;
        byte[] local = Encoding.UTF8.GetBytes(localName ?? name);
        if (place is null)
        {
            byte[] header = new byte[30];
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034B50);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), flags);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), method);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), (ushort)local.Length);
            int padding = (64 - ((_content.Count + 30 + local.Length + 4) % 64)) % 64;
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(28), (ushort)(padding + 4));
            _content.AddRange([.. header, .. local, (byte)'F', (byte)'B', (byte)padding, 0, .. new byte[padding], .. bytes]);
        }

        _entries.Add(new Entry(
            Encoding.UTF8.GetBytes(name), start, length ?? (uint)bytes.Length, crc ?? Crc32.HashToUInt32(bytes), method, flags,
            attributes, extra ?? []));
        return this;
    }

    public byte[] ToArray()
    {
        List<byte> file = [.. _content];
        foreach (Entry entry in _entries)
        {
            byte[] record = new byte[46];
            BinaryPrimitives.WriteUInt32LittleEndian(record, 0x02014B50);
            BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(8), entry.Flags);
            BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(10), entry.Method);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(16), entry.Checksum);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(20), entry.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(24), entry.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(28), (ushort)entry.Name.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(38), entry.Attributes);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(42), entry.Start);
            BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(30), (ushort)entry.Extra.Length);
            file.AddRange([.. record, .. entry.Name, .. entry.Extra]);
        }

        int length = file.Count - _content.Count, count = ClaimedCount ?? _entries.Count;
        if (HasZip64)
        {
            byte[] wide = new byte[56], locator = new byte[20];
            BinaryPrimitives.WriteUInt32LittleEndian(wide, 0x06064B50);
            BinaryPrimitives.WriteUInt64LittleEndian(wide.AsSpan(4), 44);
            BinaryPrimitives.WriteUInt64LittleEndian(wide.AsSpan(24), (ulong)count);
            BinaryPrimitives.WriteUInt64LittleEndian(wide.AsSpan(32), (ulong)count);
            BinaryPrimitives.WriteUInt64LittleEndian(wide.AsSpan(40), (ulong)length);
            BinaryPrimitives.WriteUInt64LittleEndian(wide.AsSpan(48), ClaimedStart ?? (ulong)_content.Count);
            BinaryPrimitives.WriteUInt32LittleEndian(locator, 0x07064B50);
            BinaryPrimitives.WriteUInt64LittleEndian(locator.AsSpan(8), (ulong)file.Count);
            BinaryPrimitives.WriteUInt32LittleEndian(locator.AsSpan(16), 1);
            file.AddRange([.. wide, .. locator]);
        }

        byte[] end = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054B50);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), ClaimedStart ?? (uint)_content.Count);
        return [.. file, .. end];
    }

    private sealed record Entry(
        byte[] Name, uint Start, uint Length, uint Checksum, ushort Method, ushort Flags, uint Attributes, byte[] Extra);
}
