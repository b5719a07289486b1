using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using ManagedTransformer.Files;
using Xunit;

namespace ManagedTransformer.Tests.Data;

/// <summary>What is a whole gzip file: the verdicts are those of <c>gzip -t</c>.</summary>
public sealed class GzipFileTests
{
    private static readonly byte[] _text =
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => $"line {i * i} of the file\n")));

    [Fact]
    public void ChecksumsAreThoseOfTheStandard() => Assert.Equal(0xCBF43926u, Crc32.HashToUInt32("123456789"u8));

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void WholeFilesAreRead(CompressionLevel level)
    {
        Random random = new(1);
        foreach (int size in (int[])[0, 1, 100, 8174, 8175, 8176, 8177, 8178, 8179, 8180, 8181, 8182, 8192, 65_535, 65_536, 300_000])
        {
            byte[] noise = new byte[size];
            random.NextBytes(noise);
            Assert.Equal(noise, GzipFile.Decompress(Compress(noise, level), "x.gz"));
            byte[] letters = [.. noise.Select(value => (byte)('a' + (value % 4)))];
            Assert.Equal(letters, GzipFile.Decompress(Compress(letters, level), "x.gz"));
        }
    }

    // A hundred times as large is enough for texts; more is made to fill memory.
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void ContentThatIsFarTooLargeIsRefused(int members)
    {
        byte[] member = Compress(new byte[(64 << 20) / members]), file = [.. Enumerable.Repeat(member, members).SelectMany(part => part)];
        string message = Assert.Throws<InputException>(() => GzipFile.Decompress(file, "x.gz")).Message;
        Assert.Contains("too much for a file of", message, StringComparison.Ordinal);
        Assert.Contains("more than 1,000 bytes", Assert.Throws<InputException>(
            () => GzipFile.Decompress(Compress(new byte[2000]), "x.gz", 1000)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MembersAreReadOneAfterTheOtherAndZerosBehindThemAreNothing()
    {
        byte[] member = Compress(_text), empty = Compress([]);
        Assert.Equal((byte[])[.. _text, .. _text], GzipFile.Decompress([.. member, .. member], "x.gz"));
        Assert.Equal(_text, GzipFile.Decompress([.. empty, .. empty, .. member, .. empty], "x.gz"));
        Assert.Equal(_text, GzipFile.Decompress([.. member, .. new byte[512]], "x.gz"));
    }

    [Fact]
    public void HeadersMayHaveExtrasNameCommentAndChecksum()
    {
        byte[] member = Compress(_text);
        byte[] header = [.. member[..3], 2 | 4 | 8 | 16, .. member[4..10], 3, 0, 1, 0, 2, .. "name\0a comment\0"u8];
        uint checksum = Crc32.HashToUInt32(header);
        byte[] file = [.. header, (byte)checksum, (byte)(checksum >> 8), .. member[10..]];
        Assert.Equal(_text, GzipFile.Decompress(file, "x.gz"));
        file[header.Length] ^= 1;
        Refuse(file, "damaged");
        for (int length = 0; length < header.Length + 2; length++)
        {
            Refuse([.. header, (byte)checksum, (byte)(checksum >> 8), .. member[10..]], length);
        }
    }

    [Fact]
    public void TruncatedFilesAreRefusedWhereverTheyEnd()
    {
        byte[] member = Compress(_text);
        for (int length = 0; length < member.Length; length++)
        {
            Refuse(member, length);
            if (length > 0)
            {
                Refuse((byte[])[.. member, .. member], member.Length + length);
            }
        }

        byte[] empty = Compress([]);
        for (int length = 0; length < empty.Length; length++)
        {
            Refuse(empty, length);
        }
    }

    [Fact]
    public void DamageIsRefused()
    {
        byte[] member = Compress(_text);
        for (int position = 10; position < member.Length; position++)
        {
            // The last byte of the data has bits that mean nothing.
            if (position == member.Length - 9)
            {
                continue;
            }

            byte[] damaged = [.. member];
            damaged[position] ^= 0x10;
            Refuse(damaged, "damaged");
        }

        Refuse("this is no gzip file"u8.ToArray(), "not a valid gzip file");
        Refuse([.. member[..2], 7, .. member[3..]], "not a valid gzip file");
        Refuse([.. member[..3], 0x20, .. member[4..]], "not a valid gzip file");
        Refuse([.. member, .. "garbage\n"u8], "behind the end");
        Refuse([.. member, .. new byte[20], 1], "behind the end");
        Refuse([.. member, 0x1F], "behind the end");
        Refuse([.. member, 0x1F, 0x8B], "truncated");
    }

    private static byte[] Compress(byte[] content, CompressionLevel level = CompressionLevel.Optimal)
    {
        using MemoryStream file = new();
        if (content.Length == 0)
        {
            // The framework writes nothing at all for nothing; this is what gzip writes.
            return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, .. new byte[8]];
        }

        using (GZipStream gzip = new(file, level))
        {
            gzip.Write(content);
        }

        return file.ToArray();
    }

    private static void Refuse(byte[] file, int length) => Refuse(file[..length], length < 1 ? "truncated" : "x.gz");

    private static void Refuse(byte[] file, string mention)
    {
        string message = Assert.Throws<InputException>(() => GzipFile.Decompress(file, "x.gz")).Message;
        Assert.Contains(mention, message, StringComparison.Ordinal);
        Assert.Contains("'x.gz'", message, StringComparison.Ordinal);
    }
}
