using System.Buffers.Binary;
using System.Text;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Containers;

/// <summary>
/// Reads the central directory of a zip archive whose entries are stored as they are, as PyTorch writes them: local headers have neither
/// sizes nor checksums, so only the directory counts. Archives that say something twice and differently are refused.
/// </summary>
internal sealed class ZipDirectory
{
    private const uint EndSignature = 0x06054B50, Zip64EndSignature = 0x06064B50, Zip64LocatorSignature = 0x07064B50,
        EntrySignature = 0x02014B50, LocalSignature = 0x04034B50;

    private const int EndLength = 22, MostTail = EndLength + 65_535, LocatorLength = 20, Zip64EndLength = 56, EntryLength = 46,
        LocalLength = 30, MostEntries = 1_100_000;

    private const long MostDirectory = 256L << 20;

    private readonly FileBytes _file;
    private readonly List<ZipEntry> _entries = [];
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private string? _root;

    private ZipDirectory(FileBytes file) => _file = file;

    /// <summary>The entries of an archive.</summary>
    /// <param name="file">The archive.</param>
    /// <exception cref="InvalidDataException">It is damaged, or no archive of stored entries under one root folder.</exception>
    public static IReadOnlyList<ZipEntry> Read(FileBytes file)
    {
        ZipDirectory directory = new(file);
        directory.ReadEntries();
        directory.RequireApart();
        return directory._entries;
    }

    private void ReadEntries()
    {
        (long count, long length, long start) = FindDirectory();
        long end = _file.Length;
        if (count < 0 || length < 0 || start < 0 || length > end || start > end - length || count > length / EntryLength
            || count > MostEntries || length > MostDirectory)
        {
            throw Damaged($"its directory claims {count} entries in {length} bytes at byte {start} of a file of {end} bytes");
        }

        byte[] directory = new byte[length];
        _file.Read(start, directory);
        int place = 0;
        for (long i = 0; i < count; i++)
        {
            place += ReadEntry(directory.AsSpan(place), start);
        }

        if (place != length)
        {
            throw Damaged($"its directory has {length - place} bytes behind its {count} entries");
        }
    }

    // Number of entries, length and first byte of the directory.
    private (long Count, long Length, long Start) FindDirectory()
    {
        int length = (int)Math.Min(MostTail, _file.Length);
        byte[] tail = new byte[length];
        _file.Read(_file.Length - length, tail);
        for (int i = length - EndLength; i >= 0; i--)
        {
            if (Word(tail, i) == EndSignature && Half(tail, i + 20) == length - i - EndLength)
            {
                return ReadEnd(tail.AsSpan(i), _file.Length - length + i);
            }
        }

        throw Damaged("it has no end record, as a file that was cut off");
    }

    private (long Count, long Length, long Start) ReadEnd(ReadOnlySpan<byte> end, long position)
    {
        long count = Half(end, 10), length = Word(end, 12), start = Word(end, 16);
        if (Half(end, 4) is not (0 or 0xFFFF) || Half(end, 6) is not (0 or 0xFFFF) || Half(end, 8) != count)
        {
            throw Damaged("it is a part of an archive in several files");
        }

        byte[] locator = new byte[LocatorLength];
        if (position >= LocatorLength)
        {
            _file.Read(position - LocatorLength, locator);
        }

        if (Word(locator, 0) != Zip64LocatorSignature)
        {
            return count == 0xFFFF || length == uint.MaxValue || start == uint.MaxValue
                ? throw Damaged("its end record refers to a zip64 record that is missing")
                : (count, length, start);
        }

        long wide = (long)Long(locator, 8);
        if (wide < 0 || wide > position - LocatorLength - Zip64EndLength)
        {
            throw Damaged($"its zip64 record is said to be at byte {wide}");
        }

        byte[] record = new byte[Zip64EndLength];
        _file.Read(wide, record);
        if (Word(record, 0) != Zip64EndSignature)
        {
            throw Damaged($"there is no zip64 record at byte {wide}");
        }

        long wideCount = (long)Long(record, 32), wideLength = (long)Long(record, 40), wideStart = (long)Long(record, 48);
        return (count == 0xFFFF || count == wideCount) && (length == uint.MaxValue || length == wideLength)
            && (start == uint.MaxValue || start == wideStart)
            ? (wideCount, wideLength, wideStart)
            : throw Damaged("its end record and its zip64 record differ");
    }

    private int ReadEntry(ReadOnlySpan<byte> entry, long directoryStart)
    {
        if (entry.Length < EntryLength || Word(entry, 0) != EntrySignature)
        {
            throw Damaged($"entry {_entries.Count} of its directory is incomplete");
        }

        int nameLength = Half(entry, 28), extraLength = Half(entry, 30), total = EntryLength + nameLength + extraLength + Half(entry, 32);
        if (total > entry.Length)
        {
            throw Damaged($"entry {_entries.Count} of its directory is incomplete");
        }

        ReadOnlySpan<byte> rawName = entry.Slice(EntryLength, nameLength);
        string name = Encoding.UTF8.GetString(rawName), quoted = PickleText.Quote(name);
        int flags = Half(entry, 8), method = Half(entry, 10);
        if ((flags & 0x2041) != 0)
        {
            throw Fault("is encrypted");
        }

        if (method != 0)
        {
            throw Fault($"is compressed (method {method}); PyTorch stores what it writes");
        }

        RequireFileAttributes(entry, Fault);
        string inside = RequireName(name, Fault);
        long stored = Word(entry, 20), length = Word(entry, 24), local = Word(entry, 42);
        ReadWide(entry.Slice(EntryLength + nameLength, extraLength), ref length, ref stored, ref local, Fault);
        if (stored != length)
        {
            throw Fault($"has {stored} bytes and is said to have {length}");
        }

        long start = FindContent(rawName, local, directoryStart, Fault);
        if (length < 0 || length > directoryStart - start)
        {
            throw Fault($"has {length} bytes at byte {start}, and the archive's content ends at byte {directoryStart}");
        }

        _entries.Add(new ZipEntry(inside, start, length, Word(entry, 16)));
        return total;

        InvalidDataException Fault(string fault) => new($"the entry '{quoted}' {fault}.");
    }

    // Folders and links, by the attributes of Unix, where the entry has some, and of DOS.
    private static void RequireFileAttributes(ReadOnlySpan<byte> entry, Func<string, Exception> fault)
    {
        const int FileType = 0xF000, RegularFile = 0x8000, DosDirectory = 0x10;
        uint attributes = Word(entry, 38);
        int unix = (int)(attributes >> 16) & FileType;
        if (unix is not (0 or RegularFile) || (attributes & DosDirectory) != 0)
        {
            throw fault("is no file but a folder, a link or something else");
        }
    }

    // No entry is ever written under its own name; a name that could do harm elsewhere is refused all the same.
    private string RequireName(string name, Func<string, Exception> fault)
    {
        if (name.Length == 0 || name[0] == '/' || name.Contains('\\') || name.Contains('\0') || (name.Length > 1 && name[1] == ':')
            || name.Split('/') is var parts && (parts.Contains("..") || parts.Contains(".") || parts.Contains("")))
        {
            throw fault("has a name that is no path inside the archive");
        }

        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            throw fault("stands outside the archive's root folder");
        }

        _root ??= name[..slash];
        if (name[..slash] != _root)
        {
            throw fault($"stands outside the archive's root folder '{PickleText.Quote(_root)}'");
        }

        return _names.Add(name) ? name[(slash + 1)..] : throw fault("occurs twice");
    }

    private static void ReadWide(
        ReadOnlySpan<byte> extra, ref long length, ref long stored, ref long local, Func<string, Exception> fault)
    {
        while (extra.Length >= 4)
        {
            int kind = Half(extra, 0), size = Half(extra, 2);
            if (size > extra.Length - 4)
            {
                throw fault("has a damaged extra field");
            }

            ReadOnlySpan<byte> field = extra.Slice(4, size);
            if (kind == 1)
            {
                Take(ref length, ref field);
                Take(ref stored, ref field);
                Take(ref local, ref field);
            }

            extra = extra[(4 + size)..];
        }

        if (length == uint.MaxValue || stored == uint.MaxValue || local == uint.MaxValue)
        {
            throw fault("refers to zip64 sizes that are missing");
        }

        static void Take(ref long value, ref ReadOnlySpan<byte> field)
        {
            if (value == uint.MaxValue && field.Length >= 8)
            {
                value = (long)Long(field, 0);
                field = field[8..];
            }
        }
    }

    private long FindContent(ReadOnlySpan<byte> name, long local, long directoryStart, Func<string, Exception> fault)
    {
        byte[] header = new byte[LocalLength + name.Length];
        if (local < 0 || local > directoryStart - header.Length)
        {
            throw fault($"is said to be at byte {local}, outside the archive's content");
        }

        _file.Read(local, header);
        if (Word(header, 0) != LocalSignature || Half(header, 26) != name.Length || !header.AsSpan(LocalLength).SequenceEqual(name))
        {
            throw fault($"has another name, or none, in its own header at byte {local}");
        }

        if (Half(header, 8) != 0 || (Half(header, 6) & 0x2041) != 0)
        {
            throw fault("is compressed or encrypted by its own header");
        }

        return local + header.Length + Half(header, 28);
    }

    private void RequireApart()
    {
        long end = 0;
        foreach (ZipEntry entry in _entries.Where(entry => entry.Length > 0).OrderBy(entry => entry.Start))
        {
            if (entry.Start < end)
            {
                throw new InvalidDataException($"the content of the entry '{PickleText.Quote(entry.Name)}' overlaps that of another.");
            }

            end = entry.Start + entry.Length;
        }
    }

    private static int Half(ReadOnlySpan<byte> bytes, int place) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[place..]);

    private static uint Word(ReadOnlySpan<byte> bytes, int place) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[place..]);

    private static ulong Long(ReadOnlySpan<byte> bytes, int place) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[place..]);

    private static InvalidDataException Damaged(string fault) => new($"the archive is damaged: {fault}.");
}
