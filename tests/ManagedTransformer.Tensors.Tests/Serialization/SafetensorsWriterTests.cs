using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ManagedTransformer.Tensors.Kernels;
using ManagedTransformer.Tensors.Serialization;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Serialization;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mt-safetensors-");

    private string FilePath => Path.Combine(_folder.FullName, "a.safetensors");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TensorsAndMetadataComeBack(bool atomic)
    {
        // Longer than one chunk of the writer and of the reader, and no multiple of it.
        float[] floats = [.. Enumerable.Range(0, 700_001).Select(i => MathF.Sin(i))];
        int[] integers = [.. Enumerable.Range(-300_000, 600_001)];
        ushort[] halves = [.. Enumerable.Range(0, 700_001).Select(i => (ushort)(0x3F80 + (i % 128)))];
        Tensor bfloat = Tensor.Empty(new Shape(halves.Length), DType.BFloat16, null);
        bfloat.Device.Write(MemoryMarshal.AsBytes(halves.AsSpan()), new DeviceBuffer(bfloat.Storage, 0), sizeof(ushort));
        Dictionary<string, string> metadata = new() { ["format"] = "pt", ["note"] = "é \"quoted\"\n" };
        SafetensorsWriter.Write(
            FilePath,
            [
                ("z.weight", Tensor.From(floats, new Shape(floats.Length))),
                ("ids", Tensor.From(integers, new Shape(1, integers.Length))),
                ("half", bfloat),
                ("a \"name\" ü", Tensor.From([7f], new Shape())),
                ("empty", Tensor.From(Array.Empty<float>(), new Shape(3, 0))),
            ],
            metadata,
            atomic);

        Assert.Equal(FilePath, Assert.Single(Directory.GetFiles(_folder.FullName)));
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal(["z.weight", "ids", "half", "a \"name\" ü", "empty"], file.Entries.Select(entry => entry.Name));
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(floats, file.ReadFloats("z.weight"));
        Assert.Equal(floats, file.ReadTensor("z.weight").ToArray());
        Assert.Equal(integers, file.ReadTensor("ids").ToInt32Array());
        Assert.Equal(new Shape(1, integers.Length), file.ReadTensor("ids").Shape);
        Assert.Equal(SafetensorsType.BFloat16, file.Entries[2].Type);
        Assert.Equal(halves.Select(half => BitConverter.UInt32BitsToSingle((uint)half << 16)), file.ReadFloats("half"));
        Assert.Equal(7f, file.ReadTensor("a \"name\" ü").Item());
        Assert.Equal(new Shape(3, 0), file.ReadTensor("empty").Shape);
    }

    [Fact]
    public void TheHeaderIsPaddedWithSpacesToEightBytes()
    {
        for (int length = 1; length <= 8; length++)
        {
            SafetensorsWriter.Write(FilePath, [(new string('n', length), Tensor.From([1f], new Shape(1)))]);
            byte[] bytes = File.ReadAllBytes(FilePath);
            int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
            Assert.Equal(0, header % 8);
            Assert.Equal(
                $"{{\"{new string('n', length)}\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}}}",
                Encoding.UTF8.GetString(bytes, 8, header).TrimEnd(' '));
            Assert.Equal(8 + header + 4, bytes.Length);
        }
    }

    [Fact]
    public void AFileWithoutTensorsIsValid()
    {
        SafetensorsWriter.Write(FilePath, []);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Empty(file.Entries);
        Assert.Empty(file.Metadata);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("__metadata__")]
    [InlineData("half a pair \\ud800")]
    public void NamesThatAFileCannotHoldAreRefused(string name)
    {
        Tensor tensor = Tensor.From([1f], new Shape(1));
        // Test data pass through UTF-8, which has no half surrogate pairs.
        string unescaped = name.Replace("\\ud800", "\ud800", StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => SafetensorsWriter.Write(FilePath, [("a", tensor), (unescaped, tensor)]));
        Assert.Empty(Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void AFailedWriteLeavesTheOldFileAndNothingElse()
    {
        Tensor tensor = Tensor.From([1f], new Shape(1));
        SafetensorsWriter.Write(FilePath, [("a", tensor)]);
        byte[] old = File.ReadAllBytes(FilePath);
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(FilePath, [("b", tensor), ("c", Released())]));
        Assert.Equal(old, File.ReadAllBytes(FilePath));
        Assert.Single(Directory.GetFiles(_folder.FullName));
        Assert.Throws<DirectoryNotFoundException>(
            () => SafetensorsWriter.Write(Path.Combine(_folder.FullName, "none", "a"), [("a", tensor)]));
    }

    private static Tensor Released()
    {
        using StepScope _ = new();
        return Tensor.From([1f], new Shape(1));
    }
}
