using System.Text;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;
using static ManagedTransformer.Torch.Containers.ZipFields;

namespace ManagedTransformer.Torch.Containers;

/// <summary>
/// Reads the central directory of a zip archive whose entries are stored as they are, as PyTorch writes them: local headers have neither
/// sizes nor checksums, so only the directory counts. Archives that say something twice and differently are refused.
/// </summary>
internal sealed class ZipDirectory
{
    private const uint EntrySignature = 0x02014B50, LocalSignature = 0x04034B50;

    private const int EntryLength = 46, LocalLength = 30, MostEntries = 250_000, WindowBytes = 4096;

    private const long MostDirectory = 256L << 20;

    private readonly FileBytes _file;
    private readonly byte[] _window = new byte[WindowBytes];
    private Dictionary<string, ZipEntry> _entries = [];
    private long _windowStart;
    private int _windowLength;
    private string? _root;

    private ZipDirectory(FileBytes file) => _file = file;

    /// <summary>The names of all entries, behind the archive's root folder.</summary>
    public IEnumerable<string> Names => _entries.Keys;

    /// <summary>Reads the entries of an archive.</summary>
    /// <param name="file">The archive.</param>
    /// <exception cref="InvalidDataException">It is damaged, or no archive of stored entries under one root folder.</exception>
    public static ZipDirectory Read(FileBytes file)
    {
        ZipDirectory directory = new(file);
        directory.ReadEntries();
        directory.RequireApart();
        return directory;
    }

    /// <summary>An entry; null where there is none of that name.</summary>
    /// <param name="name">Its name behind the archive's root folder.</param>
    public ZipEntry? Find(string name) => _entries.TryGetValue(name, out ZipEntry? entry) && entry.Name == name ? entry : null;

    private void ReadEntries()
    {
        (long count, long length, long start) = ZipEnd.Find(_file);
        long end = _file.Length;
        if (count < 0 || length < 0 || start < 0 || length > end || start > end - length || count > length / EntryLength
            || count > MostEntries || length > MostDirectory)
        {
            throw ZipEnd.Damaged($"its directory claims {count} entries in {length} bytes at byte {start} of a file of {end} bytes");
        }

        // Names that differ only in case are one name in some readers.
        _entries = new Dictionary<string, ZipEntry>((int)count, StringComparer.OrdinalIgnoreCase);
        byte[] directory = new byte[length];
        _file.Read(start, directory);
        int place = 0;
        for (long i = 0; i < count; i++)
        {
            place += ReadEntry(directory.AsSpan(place), start);
        }

        if (place != length)
        {
            throw ZipEnd.Damaged($"its directory has {length - place} bytes behind its {count} entries");
        }
    }

    private int ReadEntry(ReadOnlySpan<byte> entry, long directoryStart)
    {
        if (entry.Length < EntryLength || Word(entry, 0) != EntrySignature)
        {
            throw ZipEnd.Damaged($"entry {_entries.Count} of its directory is incomplete");
        }

        int nameLength = Half(entry, 28), extraLength = Half(entry, 30), total = EntryLength + nameLength + extraLength + Half(entry, 32);
        if (total > entry.Length)
        {
            throw ZipEnd.Damaged($"entry {_entries.Count} of its directory is incomplete");
        }

        ReadOnlySpan<byte> rawName = entry.Slice(EntryLength, nameLength);
        string name = Encoding.UTF8.GetString(rawName);
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

        return _entries.TryAdd(inside, new ZipEntry(inside, start, length, Word(entry, 16))) ? total : throw Fault("occurs twice");

        InvalidDataException Fault(string fault) => new($"the entry '{PickleText.Quote(name)}' {fault}.");
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
            || HasNoPath(name))
        {
            throw fault("has a name that is no path inside the archive");
        }

        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            throw fault("stands outside the archive's root folder");
        }

        _root ??= name[..slash];
        if (!name.AsSpan(0, slash).SequenceEqual(_root))
        {
            throw fault($"stands outside the archive's root folder '{PickleText.Quote(_root)}'");
        }

        return name[(slash + 1)..];
    }

    private static bool HasNoPath(string name)
    {
        foreach (Range part in name.AsSpan().Split('/'))
        {
            if (name.AsSpan()[part] is "" or "." or "..")
            {
                return true;
            }
        }

        return false;
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
        int length = LocalLength + name.Length;
        if (local < 0 || local > directoryStart - length)
        {
            throw fault($"is said to be at byte {local}, outside the archive's content");
        }

        ReadOnlySpan<byte> header = Content(local, length);
        if (Word(header, 0) != LocalSignature || Half(header, 26) != name.Length || !header[LocalLength..].SequenceEqual(name))
        {
            throw fault($"has another name, or none, in its own header at byte {local}");
        }

        if (Half(header, 8) != 0 || (Half(header, 6) & 0x2041) != 0)
        {
            throw fault("is compressed or encrypted by its own header");
        }

        return local + header.Length + Half(header, 28);
    }

    // Through a window, since small entries lie close together.
    private ReadOnlySpan<byte> Content(long place, int length)
    {
        if (length > WindowBytes)
        {
            byte[] bytes = new byte[length];
            _file.Read(place, bytes);
            return bytes;
        }

        if (place < _windowStart || place + length > _windowStart + _windowLength)
        {
            (_windowStart, _windowLength) = (place, (int)Math.Min(WindowBytes, _file.Length - place));
            _file.Read(place, _window.AsSpan(0, _windowLength));
        }

        return _window.AsSpan((int)(place - _windowStart), length);
    }

    private void RequireApart()
    {
        long end = 0;
        foreach (ZipEntry entry in _entries.Values.Where(entry => entry.Length > 0).OrderBy(entry => entry.Start))
        {
            if (entry.Start < end)
            {
                throw new InvalidDataException($"the content of the entry '{PickleText.Quote(entry.Name)}' overlaps that of another.");
            }

            end = entry.Start + entry.Length;
        }
    }
}
