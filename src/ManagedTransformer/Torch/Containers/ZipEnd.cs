using ManagedTransformer.Torch.Storages;
using static ManagedTransformer.Torch.Containers.ZipFields;

namespace ManagedTransformer.Torch.Containers;

/// <summary>Finds the central directory of a zip archive: by the record at its end, and the zip64 record before that.</summary>
internal static class ZipEnd
{
    private const uint EndSignature = 0x06054B50, Zip64EndSignature = 0x06064B50, Zip64LocatorSignature = 0x07064B50;

    private const int EndLength = 22, MostTail = EndLength + 65_535, LocatorLength = 20, Zip64EndLength = 56;

    /// <summary>Number of entries, length and first byte of the directory.</summary>
    /// <param name="file">The archive.</param>
    /// <exception cref="InvalidDataException">The archive is damaged.</exception>
    public static (long Count, long Length, long Start) Find(FileBytes file)
    {
        int length = (int)Math.Min(MostTail, file.Length);
        byte[] tail = new byte[length];
        file.Read(file.Length - length, tail);
        for (int i = length - EndLength; i >= 0; i--)
        {
            if (Word(tail, i) == EndSignature && Half(tail, i + 20) == length - i - EndLength)
            {
                return ReadEnd(file, tail.AsSpan(i), file.Length - length + i);
            }
        }

        throw Damaged("it has no end record, as a file that was cut off");
    }

    private static (long Count, long Length, long Start) ReadEnd(FileBytes file, ReadOnlySpan<byte> end, long position)
    {
        long count = Half(end, 10), length = Word(end, 12), start = Word(end, 16);
        if (Half(end, 4) is not (0 or 0xFFFF) || Half(end, 6) is not (0 or 0xFFFF) || Half(end, 8) != count)
        {
            throw Damaged("it is a part of an archive in several files");
        }

        byte[] locator = new byte[LocatorLength];
        if (position >= LocatorLength)
        {
            file.Read(position - LocatorLength, locator);
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
        file.Read(wide, record);
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

    /// <summary>A damaged archive.</summary>
    /// <param name="fault">The fault, without a full stop.</param>
    public static InvalidDataException Damaged(string fault) => new($"the archive is damaged: {fault}.");
}
