using System.Text;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>The bytes of a pickle, read from a part of a file in their order.</summary>
/// <param name="file">The file.</param>
/// <param name="start">The first byte.</param>
/// <param name="end">Behind the last byte.</param>
internal sealed class PickleStream(FileBytes file, long start, long end)
{
    private const int BufferBytes = 1 << 16, MostLine = 1000;

    private readonly byte[] _buffer = new byte[(int)Math.Min(BufferBytes, Math.Max(1, end - start))];
    private readonly long _start = start;
    private long _next = start;
    private int _place, _filled;

    /// <summary>The next byte, counted from the pickle's first.</summary>
    public long Position => FilePosition - _start;

    /// <summary>The next byte, counted from the file's first.</summary>
    public long FilePosition => _next - _filled + _place;

    /// <summary>Bytes that are left.</summary>
    public long Left => end - FilePosition;

    /// <summary>The next byte.</summary>
    /// <exception cref="PickleException">The stream is over.</exception>
    public byte ReadByte()
    {
        if (_place == _filled)
        {
            Fill();
        }

        return _buffer[_place++];
    }

    /// <summary>The next bytes.</summary>
    /// <exception cref="PickleException">The stream ends before.</exception>
    public void Read(Span<byte> destination)
    {
        Require((ulong)destination.Length);
        while (destination.Length > 0)
        {
            if (_place == _filled)
            {
                Fill();
            }

            int count = Math.Min(destination.Length, _filled - _place);
            _buffer.AsSpan(_place, count).CopyTo(destination);
            _place += count;
            destination = destination[count..];
        }
    }

    /// <summary>A line without its end.</summary>
    /// <exception cref="PickleException">It is too long, or the stream ends before.</exception>
    public string ReadLine()
    {
        List<byte> line = [];
        for (byte next = ReadByte(); next != (byte)'\n'; next = ReadByte())
        {
            line.Add(next);
            if (line.Count > MostLine)
            {
                throw new PickleException($"a name is longer than {MostLine} bytes");
            }
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    /// <summary>Refuses a length that the stream does not have.</summary>
    /// <exception cref="PickleException">Fewer bytes are left.</exception>
    public void Require(ulong length)
    {
        if (length > (ulong)Left)
        {
            throw new PickleException(length == 1 ? "the stream ends early" : $"it claims {length} bytes, {Left} are left");
        }
    }

    private void Fill()
    {
        Require(1);
        _filled = (int)Math.Min(_buffer.Length, end - _next);
        _place = 0;
        file.Read(_next, _buffer.AsSpan(0, _filled));
        _next += _filled;
    }
}
