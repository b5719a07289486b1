using ManagedTransformer.Training.TensorBoard;
using Xunit;

namespace ManagedTransformer.Tests.Training.TensorBoard;

/// <summary>Event files byte by byte.</summary>
public sealed class EventFileTests
{
    /// <summary>
    /// What TensorBoard's own messages and checksums give, and its own loader reads: version 2, a start at step 1, and at step 300 the
    /// loss 1.5 and the rate 0.001.
    /// </summary>
    private const string Golden =
        "1800000000000000a37f4b220900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe90f000000000000006d532b0909000010"
        + "40fc54d94110013a020801d161c2b9440000000000000043592e9a0900005040fc54d94110ac022a360a140a0d6c6f73732f747261696e69"
        + "6e67150000c03f0a1e0a176f7074696d697a65722f6c6561726e696e675f72617465156f12833ad5f71b7f";

    [Fact]
    public void BytesAreThoseThatTensorBoardHasRead() => Assert.Equal(Golden, Convert.ToHexStringLower(File()));

    [Fact]
    public void AnotherReaderFindsWhatWasWritten()
    {
        List<EventReader.Event> events = EventReader.Read(File());
        Assert.Equal(3, events.Count);
        Assert.Equal(("brain.Event:2", 1700000000.25), (events[0].Version, events[0].WallTime));
        Assert.Equal((1L, 1L), (events[1].Step, events[1].Session));
        Assert.Equal((300L, 1700000001.25), (events[2].Step, events[2].WallTime));
        Assert.Equal([("loss/training", 1.5f), ("optimizer/learning_rate", 0.001f)], events[2].Scalars);
    }

    [Fact]
    public void AChangedByteIsFound()
    {
        byte[] file = File();
        file[^10] ^= 1;
        Assert.Throws<InvalidDataException>(() => EventReader.Read(file));
    }

    /// <summary>The check value of CRC-32C, masked.</summary>
    [Fact]
    public void TheChecksumIsThatOfTheStandard() =>
        Assert.Equal(unchecked(((0xE3069283u >> 15) | (0xE3069283u << 17)) + 0xa282ead8u), MaskedChecksum.Of("123456789"u8));

    [Fact]
    public void FilesOfOneSecondHaveDifferentNamesInTheirOrder()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mt-events-");
        try
        {
            for (int i = 0; i < 3; i++)
            {
                EventFile.Create(folder.FullName, i).Dispose();
            }

            string[] files = [.. Directory.GetFiles(folder.FullName).Order(StringComparer.Ordinal)];
            Assert.Equal([0L, 1L, 2L], files.Select(file => EventReader.Read(System.IO.File.ReadAllBytes(file))[1].Step));
            Assert.All(files, file => Assert.Contains("tfevents", Path.GetFileName(file), StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] File()
    {
        using MemoryStream stream = new();
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(1700000000250);
        using (EventFile file = new(stream, time, 1))
        {
            file.Write(time.AddSeconds(1), 300, [("loss/training", 1.5), ("optimizer/learning_rate", 0.001)]);
        }

        return stream.ToArray();
    }
}
