using System.Text;

namespace ManagedTransformer.Tests.Training.TensorBoard;

/// <summary>
/// A reader of event files that has nothing from the writer: checksums bit by bit, fields as the format's documents have them.
/// </summary>
internal static class EventReader
{
    private const uint Polynomial = 0x82F63B78;

    /// <summary>An event: what it says, and what is not there is null or empty.</summary>
    public sealed record Event(
        double WallTime, long Step, string? Version, long? Session, IReadOnlyList<(string Tag, float Value)> Scalars);

    /// <summary>All events of a file, of which every checksum holds.</summary>
    public static List<Event> Read(byte[] file)
    {
        List<Event> events = [];
        for (int place = 0; place < file.Length;)
        {
            int length = checked((int)BitConverter.ToUInt64(file, place));
            Check(file, place, 8);
            Check(file, place + 12, length);
            events.Add(Parse(file.AsSpan(place + 12, length)));
            place += 16 + length;
        }

        return events;
    }

    private static void Check(byte[] file, int start, int length)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte value in file.AsSpan(start, length))
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            }
        }

        crc = ~crc;
        uint masked = unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u);
        if (masked != BitConverter.ToUInt32(file, start + length))
        {
            throw new InvalidDataException($"The checksum of {length} bytes from {start} on does not hold.");
        }
    }

    private static Event Parse(ReadOnlySpan<byte> message)
    {
        double time = 0;
        long step = 0;
        string? version = null;
        long? session = null;
        List<(string, float)> scalars = [];
        while (!message.IsEmpty)
        {
            (int field, ulong number, ReadOnlySpan<byte> bytes) = Next(ref message);
            switch (field)
            {
                case 1:
                    time = BitConverter.UInt64BitsToDouble(number);
                    break;
                case 2:
                    step = (long)number;
                    break;
                case 3:
                    version = Encoding.UTF8.GetString(bytes);
                    break;
                case 5:
                    AddScalars(bytes, scalars);
                    break;
                case 7:
                    session = (long)Next(ref bytes).Number;
                    break;
                default:
                    throw new InvalidDataException($"An event has no field {field}.");
            }
        }

        return new Event(time, step, version, session, scalars);
    }

    private static void AddScalars(ReadOnlySpan<byte> summary, List<(string, float)> scalars)
    {
        while (!summary.IsEmpty)
        {
            ReadOnlySpan<byte> value = Next(ref summary).Bytes;
            string tag = "";
            float number = float.NaN;
            while (!value.IsEmpty)
            {
                (int field, ulong bits, ReadOnlySpan<byte> bytes) = Next(ref value);
                (tag, number) = field == 1 ? (Encoding.UTF8.GetString(bytes), number) : (tag, BitConverter.UInt32BitsToSingle((uint)bits));
            }

            scalars.Add((tag, number));
        }
    }

    private static Field Next(ref ReadOnlySpan<byte> message)
    {
        ulong key = Varint(ref message);
        int field = (int)(key >> 3), size = (key & 7) switch { 0 => 0, 1 => 8, 2 => (int)Varint(ref message), 5 => 4, _ => -1 };
        if (size < 0)
        {
            throw new InvalidDataException($"The type {key & 7} of field {field} is unknown.");
        }

        if ((key & 7) == 0)
        {
            return new Field(field, Varint(ref message), []);
        }

        ReadOnlySpan<byte> bytes = message[..size];
        message = message[size..];
        ulong number = (key & 7) switch { 1 => BitConverter.ToUInt64(bytes), 5 => BitConverter.ToUInt32(bytes), _ => 0 };
        return new Field(field, number, bytes);
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[0];
            message = message[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private readonly ref struct Field(int number, ulong value, ReadOnlySpan<byte> bytes)
    {
        public ulong Number { get; } = value;

        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        private int Id { get; } = number;

        public void Deconstruct(out int field, out ulong value, out ReadOnlySpan<byte> bytes)
        {
            field = Id;
            value = Number;
            bytes = Bytes;
        }
    }
}
