using System.Buffers.Binary;
using System.Globalization;

namespace ManagedTransformer.Training.TensorBoard;

/// <summary>
/// An event file of TensorBoard: TFRecords (length, its checksum, bytes, their checksum), each an <c>Event</c> message. The first one names
/// the version, the second one says from which step on this file takes the place of earlier ones.
/// </summary>
internal sealed class EventFile : IDisposable
{
    /// <summary>The beginning of the names of event files.</summary>
    public const string Prefix = "events.out.tfevents.";

    private const string Version = "brain.Event:2", Suffix = ".mt";

    // Numbers of fields in event.proto and summary.proto of TensorBoard.
    private const int WallTime = 1, Step = 2, FileVersion = 3, Summary = 5, SessionLog = 7;
    private const int SummaryValue = 1, ValueTag = 1, ValueNumber = 2;
    private const int SessionStatus = 1, SessionStart = 1;

    private readonly Stream _stream;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">Where to; it is closed with this.</param>
    /// <param name="time">Now.</param>
    /// <param name="fromStep">The first step that it will tell of: what earlier files say of it and later ones counts no more.</param>
    public EventFile(Stream stream, DateTimeOffset time, long fromStep)
    {
        _stream = stream;
        Write(new ProtobufWriter().Double(WallTime, Seconds(time)).Text(FileVersion, Version));
        ProtobufWriter start = new ProtobufWriter().Integer(SessionStatus, SessionStart);
        Write(new ProtobufWriter().Double(WallTime, Seconds(time)).Integer(Step, fromStep).Message(SessionLog, start));
    }

    /// <summary>Begins a file of a new name in a folder, behind those that are there.</summary>
    /// <param name="folder">The folder of a run.</param>
    /// <param name="fromStep">The first step that it will tell of.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static EventFile Create(string folder, long fromStep)
    {
        DateTimeOffset time = DateTimeOffset.UtcNow;
        try
        {
            // TensorBoard reads files in the order of their names: seconds first, then a number for those of the same second. A clock that
            // was set back must not put this one before the others.
            long second = Directory.GetFiles(folder, $"{Prefix}*").Select(SecondOf).Append(time.ToUnixTimeSeconds()).Max();
            for (int number = 0; ; number++)
            {
                string path = Path.Combine(
                    folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{second:D10}.{number:D3}{Suffix}"));
                if (!File.Exists(path))
                {
                    return new EventFile(
                        new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0), time, fromStep);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"No event file can be written in '{folder}': {e.Message}", e);
        }
    }

    /// <summary>Adds numbers of one step.</summary>
    /// <param name="time">Now.</param>
    /// <param name="step">Updates done.</param>
    /// <param name="scalars">Numbers by the names of their curves.</param>
    public void Write(DateTimeOffset time, long step, IEnumerable<(string Tag, double Value)> scalars)
    {
        ProtobufWriter summary = new();
        foreach ((string tag, double value) in scalars)
        {
            summary.Message(SummaryValue, new ProtobufWriter().Text(ValueTag, tag).Float(ValueNumber, (float)value));
        }

        Write(new ProtobufWriter().Double(WallTime, Seconds(time)).Integer(Step, step).Message(Summary, summary));
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    // Other programs name their files in other ways.
    private static long SecondOf(string path) =>
        path.EndsWith(Suffix, StringComparison.Ordinal)
        && Path.GetFileName(path)[Prefix.Length..].Split('.')[0] is var text
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long second) ? second : 0;

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    // In one call, so that a killed run leaves whole records and at most one cut one, which readers pass over.
    private void Write(ProtobufWriter message)
    {
        const int header = sizeof(ulong) + sizeof(uint);
        ReadOnlySpan<byte> bytes = message.Bytes;
        byte[] record = new byte[header + bytes.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), MaskedChecksum.Of(record.AsSpan(0, sizeof(ulong))));
        bytes.CopyTo(record.AsSpan(header));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(header + bytes.Length), MaskedChecksum.Of(bytes));
        _stream.Write(record);
    }
}
