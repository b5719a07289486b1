using System.Text;
using FsCheck;
using FsCheck.Xunit;
using ManagedTransformer.Tensors.Serialization;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Serialization;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mt-safetensors-");

    private string FilePath => Path.Combine(_folder.FullName, "a.safetensors");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void FloatingPointTypesAreWidenedExactlyOrRounded()
    {
        Save(
        """
        {"d":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"f":{"dtype":"F32","shape":[1],"data_offsets":[16,20]},
         "h":{"dtype":"F16","shape":[2],"data_offsets":[20,24]},"b":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}}
        """,
        [
            .. BitConverter.GetBytes(0.1), .. BitConverter.GetBytes(1e300), .. BitConverter.GetBytes(float.Epsilon),
            .. BitConverter.GetBytes((Half)(-1.5f)), .. BitConverter.GetBytes(Half.Epsilon), 0xC0, 0x3F,
        ]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal([0.1f, float.PositiveInfinity], file.ReadFloats("d"));
        Assert.Equal([float.Epsilon], file.ReadFloats("f"));
        Assert.Equal([-1.5f, 5.9604645e-8f], file.ReadFloats("h"));
        Assert.Equal([1.5f], file.ReadFloats("b"));
        Tensor scalar = file.ReadTensor("b");
        Assert.Equal((0, DType.Float32), (scalar.Rank, scalar.DType));
        Assert.Equal("d F64 [2]", file.Entries[0].ToString());
        Assert.Contains("'d' holds F64, not integers", Assert.Throws<InvalidDataException>(() => file.ReadIntegers("d")).Message,
            StringComparison.Ordinal);
        Assert.Contains("no tensor 'x'", Assert.Throws<InvalidDataException>(() => file.ReadTensor("x")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => file.ReadFloats("d", new float[3]));
        Tensor rows = Tensor.Zeros(new Shape(3, 2));
        file.ReadTensor("h", rows.Slice(0, 1, 1));
        Assert.Equal([0, 0, -1.5f, 5.9604645e-8f, 0, 0], rows.ToArray());
        Assert.Throws<ArgumentException>(() => file.ReadTensor("h", rows));
        Assert.Throws<ArgumentException>(() => file.ReadTensor("h", rows.Slice(1, 0, 1).Slice(0, 0, 2)));
    }

    [Theory]
    [InlineData("U16", 2)]
    [InlineData("U32", 4)]
    [InlineData("U64", 8)]
    [InlineData("C64", 8)]
    [InlineData("F8_E4M3", 1)]
    [InlineData("F8_E5M2", 1)]
    [InlineData("F8_E8M0", 1)]
    [InlineData("F4", 0.5)]
    [InlineData("F6_E2M3", 0.75)]
    [InlineData("F6_E3M2", 0.75)]
    [InlineData("TF32", 3)]
    public void OtherTypesAreListedAndNotRead(string code, double size)
    {
        int bytes = (int)(8 * size);
        Save(
            $$"""
            {"w":{"dtype":"{{code}}","shape":[2,4],"data_offsets":[0,{{bytes}}]},"f":{"dtype":"F32","shape":[1],"data_offsets":[{{bytes}},{{bytes + 4}}] } }
            """,
            [.. new byte[bytes], .. BitConverter.GetBytes(2.5f)]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        SafetensorsEntry entry = file.Entries[0];
        Assert.Equal((SafetensorsType.Other, code, 8L, (long)bytes, $"w {code} [2, 4]"),
            (entry.Type, entry.TypeCode, entry.Count, entry.ByteLength, entry.ToString()));
        foreach (Action read
            in (Action[])[() => file.ReadTensor("w"), () => file.ReadFloats("w"), () => file.ReadIntegers("w"), () => file.ReadLongs("w")])
        {
            string message = Assert.Throws<InvalidDataException>(read).Message;
            Assert.Contains($"the tensor 'w' has the element type '{code}'", message, StringComparison.Ordinal);
            RequireSentence(message);
        }

        Assert.Equal([2.5f], file.ReadFloats("f"));
    }

    // Of such a type the file alone tells the size, and no memory is taken for what cannot be read.
    [Fact]
    public void AnUnknownTypeOfAnySizeTakesNoMemory()
    {
        Save("""{"w":{"dtype":"Q7","shape":[2000000000,2000000000],"data_offsets":[0,1]} }""", [1]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        RequireSentence(Assert.Throws<InvalidDataException>(() => file.ReadTensor("w")).Message);
    }

    [Fact]
    public void AHeaderOfEntriesWithoutEndIsRefused()
    {
        Save($$"""{"w":{"dtype":"F32","shape":[{{string.Join(',', Enumerable.Repeat('0', 2_000_000))}}],"data_offsets":[0,0]} }""", []);
        Assert.Contains("entries", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(FilePath)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AShapeOfManyAxesIsToldInPart()
    {
        Save($$"""{"w":{"dtype":"F32","shape":[{{string.Join(',', Enumerable.Repeat(1, 5000))}}],"data_offsets":[0,1]} }""", [1]);
        Assert.True(Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(FilePath)).Message.Length < 400);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    public void MetadataMayBeNull(string metadata)
    {
        Save($$"""{"__metadata__":{{metadata}},"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]} }""", [7]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Empty(file.Metadata);
        Assert.Equal([7], file.ReadIntegers("t"));
    }

    [Fact]
    public void IntegerTypesAreWidenedAndChecked()
    {
        Save(
        """
        {"l":{"dtype":"I64","shape":[1,2],"data_offsets":[0,16]},"big":{"dtype":"I64","shape":[1],"data_offsets":[16,24]},
         "i":{"dtype":"I32","shape":[1],"data_offsets":[24,28]},"s":{"dtype":"I16","shape":[1],"data_offsets":[28,30]},
         "c":{"dtype":"I8","shape":[1],"data_offsets":[30,31]},"u":{"dtype":"U8","shape":[1],"data_offsets":[31,32]},
         "t":{"dtype":"BOOL","shape":[3],"data_offsets":[32,35]},"none":{"dtype":"I64","shape":[0,9],"data_offsets":[35,35]}}
        """,
        [
            .. BitConverter.GetBytes(-5L), .. BitConverter.GetBytes((long)int.MaxValue), .. BitConverter.GetBytes(1L << 31),
            .. BitConverter.GetBytes(int.MinValue), .. BitConverter.GetBytes((short)-2), 0xFF, 0xFF, 0, 1, 1,
        ]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal([-5, int.MaxValue], file.ReadIntegers("l"));
        Assert.Contains("'big' holds an integer", Assert.Throws<InvalidDataException>(() => file.ReadIntegers("big")).Message,
            StringComparison.Ordinal);
        Assert.Equal([1L << 31], file.ReadLongs("big"));
        Assert.Equal([(long)int.MinValue], file.ReadLongs("i"));
        Assert.Equal([int.MinValue], file.ReadIntegers("i"));
        Assert.Equal([-2], file.ReadIntegers("s"));
        Assert.Equal([-1], file.ReadIntegers("c"));
        Assert.Equal([255], file.ReadIntegers("u"));
        Assert.Equal([0, 1, 1], file.ReadIntegers("t"));
        Assert.Equal(new Shape(0, 9), file.ReadTensor("none").Shape);
        Assert.Equal([-5, int.MaxValue], file.ReadTensor("l").ToInt32Array());
        Assert.Contains("not floating-point", Assert.Throws<InvalidDataException>(() => file.ReadFloats("l")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void RankAndSizeLimitsHoldForTensorsOnly()
    {
        Save(
            """
            {"deep":{"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4]},
             "wide":{"dtype":"F32","shape":[0,3000000000],"data_offsets":[4,4]}}
            """,
            0, 0, 0, 0);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Single(file.ReadFloats("deep"));
        Assert.Empty(file.ReadFloats("wide"));
        Assert.Contains("7 axes", Assert.Throws<InvalidDataException>(() => file.ReadTensor("deep")).Message, StringComparison.Ordinal);
        Assert.Contains("axis longer", Assert.Throws<InvalidDataException>(() => file.ReadTensor("wide")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFileTruncatedAfterOpeningIsReported()
    {
        Save("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[8]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        using (FileStream stream = new(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.SetLength(stream.Length - 1);
        }

        Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => file.ReadFloats("a")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "not a JSON object")]
    [InlineData(" {}", "not a JSON object")]
    [InlineData("", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}x", "not valid JSON")]
    [InlineData("""{"\ud800":{}}""", "not valid Unicode")]
    [InlineData("""{"__metadata__":[]}""", "not a JSON object")]
    [InlineData("""{"__metadata__":{"a":1}}""", "metadata under 'a'")]
    [InlineData("""{"a":1}""", "'a' is not described")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", "no 'dtype'")]
    [InlineData("""{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}""", "no 'dtype'")]
    [InlineData("""{"a":{"dtype":"U16","shape":[1],"data_offsets":[0,4]}}""", "needs 2 bytes for U16 [1]")]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,4]}}""", "3 elements of 4 bits")]
    [InlineData("""{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,3]}}""", "bytes that belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", "no 'shape'")]
    [InlineData("""{"a":{"dtype":"F32","shape":4,"data_offsets":[0,4]}}""", "no 'shape'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "'shape' with something else")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "'shape' with something else")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", "'shape' with something else")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", "'shape' with something else")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""", "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "no 'data_offsets'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}""", "begin and an end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "begin and an end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "'data_offsets' with something else")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,3]}}""", "needs 4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "gap of 4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""",
        "'b' overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "4 bytes beyond the end")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", "beyond the end")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "1 bytes that belong to no tensor")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""",
        "Duplicate property 'a'")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "Duplicate property 'dtype'")]
    public void AHostileHeaderIsRefusedInOneSentence(string header, string expected)
    {
        Save(header, 0, 0, 0, 0);
        RequireRefused(expected);
    }

    [Fact]
    public void HostileLengthsAndBytesAreRefused()
    {
        File.WriteAllBytes(FilePath, new byte[7]);
        RequireRefused("it has 7 bytes");
        File.WriteAllBytes(FilePath, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, (byte)'{', (byte)'}']);
        RequireRefused("header is 18446744073709551615 bytes long");
        File.WriteAllBytes(FilePath, SafetensorsBytes.Build([(byte)'{', (byte)'"', 0xC3, (byte)'"', (byte)'}'], []));
        RequireRefused("not valid UTF-8");
        using (FileStream sparse = new(FilePath, FileMode.Create))
        {
            sparse.Write(BitConverter.GetBytes(100_000_001L));
            sparse.SetLength(200_000_000);
        }

        RequireRefused("more than the 100000000 allowed");
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(Path.Combine(_folder.FullName, "missing")));
    }

    [Property(MaxTest = 3000)]
    public void RandomDamageIsRefusedOrHarmless((NonNegativeInt Place, byte Value)[] flips, NonNegativeInt kept)
    {
        byte[] bytes = SafetensorsBytes.Build(
            """
            {"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},
            "i":{"dtype":"I64","shape":[2],"data_offsets":[16,32]},"h":{"dtype":"F16","shape":[1],"data_offsets":[32,34]}}
            """,
            new byte[34]);
        foreach ((NonNegativeInt place, byte value) in flips.Take(3))
        {
            // Spread over the whole file: small numbers are drawn much more often than large ones.
            bytes[place.Get * 7919 % bytes.Length] = value;
        }

        // A third is cut as well.
        int length = kept.Get % 3 == 0 ? kept.Get * 7919 % (bytes.Length + 1) : bytes.Length;
        File.WriteAllBytes(FilePath, bytes.AsSpan(0, length));
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(FilePath);
            foreach (SafetensorsEntry entry in file.Entries)
            {
                Assert.Equal(entry.Count, file.ReadTensor(entry.Name).Count);
            }
        }
        catch (InvalidDataException e)
        {
            RequireSentence(e.Message);
        }
    }

    private static void RequireSentence(string message)
    {
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        Assert.DoesNotContain(". ", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    private void RequireRefused(string expected)
    {
        string message = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(FilePath)).Message;
        Assert.Contains(FilePath, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        RequireSentence(message);
    }

    private void Save(string header, params ReadOnlySpan<byte> data) =>
        File.WriteAllBytes(FilePath, SafetensorsBytes.Build(Encoding.UTF8.GetBytes(header), data));
}
