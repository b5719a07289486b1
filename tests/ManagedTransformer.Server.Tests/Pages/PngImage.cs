using System.Buffers.Binary;
using System.IO.Compression;

namespace ManagedTransformer.Server.Tests.Pages;

/// <summary>The pixels of a PNG of 8 bits per channel, as browsers take screenshots (PNG specification, 2nd edition).</summary>
internal sealed class PngImage
{
    private readonly byte[] _pixels;
    private readonly int _channels;

    /// <summary>Reads a file's bytes.</summary>
    public PngImage(ReadOnlySpan<byte> file)
    {
        using MemoryStream data = new();
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            ReadOnlySpan<byte> type = file.Slice(at + 4, 4), content = file.Slice(at + 8, length);
            if (type.SequenceEqual("IHDR"u8))
            {
                (Width, Height) = (BinaryPrimitives.ReadInt32BigEndian(content), BinaryPrimitives.ReadInt32BigEndian(content[4..]));
                _channels = content[9] == 6 ? 4 : 3;
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                data.Write(content);
            }

            at += length + 12;
        }

        data.Position = 0;
        using ZLibStream zlib = new(data, CompressionMode.Decompress);
        _pixels = Unfilter(zlib, Width * _channels, Height, _channels);
    }

    /// <summary>Pixels of a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The colour of a pixel.</summary>
    public (byte Red, byte Green, byte Blue) this[int x, int y]
    {
        get
        {
            int at = ((y * Width) + x) * _channels;
            return (_pixels[at], _pixels[at + 1], _pixels[at + 2]);
        }
    }

    /// <summary>The number of pixels whose colour is near to one.</summary>
    public int Count(byte red, byte green, byte blue, int tolerance = 40)
    {
        int count = 0;
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                (byte r, byte g, byte b) = this[x, y];
                count += Math.Abs(r - red) + Math.Abs(g - green) + Math.Abs(b - blue) <= tolerance ? 1 : 0;
            }
        }

        return count;
    }

    private static byte[] Unfilter(Stream stream, int stride, int height, int step)
    {
        byte[] all = new byte[stride * height];
        Span<byte> above = new byte[stride];
        for (int y = 0; y < height; y++)
        {
            int filter = stream.ReadByte();
            Span<byte> row = all.AsSpan(y * stride, stride);
            stream.ReadExactly(row);
            for (int i = 0; i < stride; i++)
            {
                int left = i >= step ? row[i - step] : 0, up = above[i], corner = i >= step ? above[i - step] : 0;
                row[i] += (byte)(filter switch
                {
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => Paeth(left, up, corner),
                    _ => 0,
                });
            }

            above = row;
        }

        return all;
    }

    private static int Paeth(int left, int up, int corner)
    {
        int guess = left + up - corner;
        int toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up), toCorner = Math.Abs(guess - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}
