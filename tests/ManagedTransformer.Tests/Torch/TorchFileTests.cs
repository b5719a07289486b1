using ManagedTransformer.Import;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Inspection;
using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Torch;
using ManagedTransformer.Torch.Pickling;
using Xunit;

namespace ManagedTransformer.Tests.Torch;

/// <summary>Files in both containers are read as they were written.</summary>
public sealed class TorchFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BothContainersGiveTheSameTensors(bool isZip)
    {
        TestTensor whole = TestTensor.Of("0", [.. Enumerable.Range(0, 12).Select(i => (float)i)], 3, 4);
        TestTensor turned = whole with { Sizes = [4, 3], Strides = [1, 4] }, second = whole with { Offset = 4, Sizes = [4], Strides = [1] };
        TestTensor diagonal = whole with { Sizes = [3], Strides = [5] }, halves = TestTensor.Of("1", [(Half)0.5f, Half.Epsilon], 2);
        (string, TestTensor)[] tensors =
            [("whole", whole), ("turned", turned), ("second", second), ("diagonal", diagonal), ("halves", halves)];
        Write(isZip
            ? ZipBuilder.Checkpoint(PickleBuilder.State(false, tensors).ToArray(), ("0", whole.Bytes), ("1", halves.Bytes)).ToArray()
            : LegacyBuilder.File(tensors));
        ImportResult result = Import();
        Assert.Equal("float16, float32", result.StoredType);
        using SafetensorsFile file = SafetensorsFile.Open(_folder["out/model.safetensors"]);
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], file.ReadFloats("turned"));
        Assert.Equal([4, 5, 6, 7], file.ReadFloats("second"));
        Assert.Equal([0, 5, 10], file.ReadFloats("diagonal"));
        Assert.Equal([0.5f, (float)Half.Epsilon], file.ReadFloats("halves"));
        Assert.Equal(["whole", "turned", "second", "diagonal", "halves"], file.Entries.Select(entry => entry.Name));
    }

    [Fact]
    public void AnArchiveWithoutZip64IsReadToo()
    {
        TestTensor tensor = TestTensor.Of("0", [1f, 2], 2);
        byte[] pickle = PickleBuilder.State(false, ("w", tensor)).ToArray();
        Write(new ZipBuilder { HasZip64 = false }.Add("any name/data.pkl", pickle).Add("any name/data/0", tensor.Bytes).ToArray());
        Import();
        Assert.Equal([1, 2], Floats("w"));
    }

    [Fact]
    public void BigEndianArchivesAreTurned()
    {
        TestTensor tensor = TestTensor.Of("0", [1f, -2], 2);
        byte[] bytes = [.. tensor.Bytes];
        bytes.AsSpan(0, 4).Reverse();
        bytes.AsSpan(4, 4).Reverse();
        Write(ZipBuilder.Checkpoint(PickleBuilder.State(false, ("w", tensor)).ToArray(), ("0", bytes))
            .Add("archive/byteorder", "big"u8.ToArray()).ToArray());
        Import();
        Assert.Equal([1, -2], Floats("w"));
    }

    [Fact]
    public void WrappersAreTakenOff()
    {
        TestTensor tensor = TestTensor.Of("0", [1f, 2], 2);
        PickleBuilder pickle = new();
        pickle.Op("}").Text("epoch").Int(3).Op("s").Text("state_dict").Op("}").Text("module._orig_mod.w")
            .Tensor("FloatStorage", "0", 2, 0, [2], [1]).Op("ss.");
        Write(ZipBuilder.Checkpoint(pickle.ToArray(), ("0", tensor.Bytes)).ToArray());
        Import();
        Assert.Equal([1, 2], Floats("w"));
        Assert.Equal("3", ModelSummary.Of(_folder["model.pt"]).Configuration!.Value.GetProperty("epoch").GetRawText());
        Assert.Equal("state_dict.module._orig_mod.w", ModelSummary.Of(_folder["model.pt"]).Tensors.Single().Name);
    }

    [Fact]
    public void NumbersThatAreNoneAreTold()
    {
        TestTensor tensor = TestTensor.Of("0", [float.NaN, 2], 2);
        Write(LegacyBuilder.File(("w", tensor)));
        Assert.Contains(Import().Notes, note => note.Contains("'w'", StringComparison.Ordinal));
    }

    [Fact]
    public void ValuesOfAllKindsAreRead()
    {
        PickleBuilder pickle = new();
        pickle.Op("}(").Text("a").Op("J").Word(unchecked((uint)-5)).Text("b").Op("G").Op(0x3F, 0xF8, 0, 0, 0, 0, 0, 0)
            .Text("c").Op(0x8A, 2, 0xFF, 0x7F).Text("d").Op("](K\u0001K\u0002e").Text("a").Int(7)
            .Text("\u017eluť 😀").Op(0x88).Text("n").Op("Nu.");
        Write(ZipBuilder.Checkpoint(pickle.ToArray()).ToArray());
        using TorchFile file = TorchFile.Open(_folder["model.pt"]);
        PickleDictionary root = Assert.IsType<PickleDictionary>(file.Root);
        Assert.Equal([7L, 1.5, 32767L, true, null],
            new[] { "a", "b", "c", "\u017eluť 😀", "n" }.Select(key => ((PickleAtom)root.Get(key)!).Value));
        Assert.Equal(6, root.Entries.Count);
        Assert.Equal([1L, 2L], ((PickleSequence)root.Get("d")!).Items.Select(item => ((PickleAtom)item).Value));
    }

    [Fact]
    public void SharedAndCircularValuesEnd()
    {
        // Lists of two references to the list before, 60 times, the last of which also holds itself.
        Write(ZipBuilder.Checkpoint(Nested()).ToArray());
        Assert.Empty(ModelSummary.Of(_folder["model.pt"]).Tensors);

        static byte[] Nested()
        {
            PickleBuilder nested = new();
            nested.Op("]q\u0000");
            for (byte i = 1; i <= 60; i++)
            {
                nested.Op("](").Op((byte)'h', (byte)(i - 1)).Op((byte)'h', (byte)(i - 1)).Op("e").Op((byte)'q', i);
            }

            return nested.Op("h\u003ch\u003ca.").ToArray();
        }
    }

    private void Write(byte[] bytes) => File.WriteAllBytes(_folder["model.pt"], bytes);

    private ImportResult Import() =>
        ModelImport.Run(_folder["model.pt"], _folder["out"], new ImportOptions { From = ForeignKind.Plain });

    private float[] Floats(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(_folder["out/model.safetensors"]);
        return file.ReadFloats(name);
    }
}
