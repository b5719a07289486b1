using ManagedTransformer.Inspection;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Torch;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;
using Xunit;

namespace ManagedTransformer.Tests.Torch;

/// <summary>Files that are cut or changed anywhere are read or refused in one sentence; nothing else ever happens.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private const int Changes = 500;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FilesThatAreCutAreRefused(bool isZip)
    {
        byte[] whole = Whole(isZip);
        Assert.True(IsRead(whole));
        for (int length = 0; length < whole.Length; length += isZip ? 5 : 1)
        {
            Assert.False(IsRead(whole[..length]), $"{length} of {whole.Length} bytes");
        }
    }

    // No checksum protects the older files: every change comes to the machine, the keys or the storages.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FilesThatAreChangedAreReadOrRefused(bool isZip)
    {
        byte[] whole = Whole(isZip);
        Random random = new(5);
        int refused = 0;
        for (int i = 0; i < Changes; i++)
        {
            byte[] changed = [.. whole];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int place = random.Next(changed.Length);
                changed[place] = random.Next(3) switch
                {
                    0 => (byte)(changed[place] ^ (1 << random.Next(8))),
                    1 => whole[random.Next(whole.Length)],
                    _ => (byte)random.Next(256),
                };
            }

            refused += IsRead(changed) ? 0 : 1;
        }

        Assert.InRange(refused, Changes / 10, Changes);
    }

    [Fact]
    public void ManyLongNamesOfOneTensorAreNotListed()
    {
        // 15 dictionaries one in another, under keys of 200 characters, and in the last a list with a tensor 200,000 times.
        PickleBuilder pickle = new();
        pickle.Op("}");
        for (int i = 0; i < 14; i++)
        {
            pickle.Text(new string((char)('a' + i), 200)).Op("}");
        }

        pickle.Text("list").Op("](").Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op("q\u0000").Repeat(200_000, (byte)'h', 0).Op("e");
        pickle.Repeat(15, (byte)'s').Op(".");
        File.WriteAllBytes(_folder["model.pt"], ZipBuilder.Checkpoint(pickle.ToArray(), ("0", new byte[16])).ToArray());
        long before = GC.GetTotalAllocatedBytes();
        InputException e = Assert.Throws<InputException>(() => ModelSummary.Of(_folder["model.pt"]));
        Assert.Contains("names of its tensors", e.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 256L << 20);
    }

    private bool IsRead(byte[] bytes)
    {
        File.WriteAllBytes(_folder["model.pt"], bytes);
        try
        {
            using TorchFile file = TorchFile.Open(_folder["model.pt"]);
            return file.Read(() =>
            {
                foreach ((PickleValue _, PickleValue value) in (file.Root as PickleDictionary)?.Entries ?? [])
                {
                    if (value is PickleTensor { Tensor: { } tensor })
                    {
                        _ = tensor.Type.IsFloat() ? TensorReader.Floats(tensor, "w").Length : TensorReader.Integers(tensor, "w").Length;
                    }
                }

                return TorchContents.Of(file).Tensors.Count > 0;
            });
        }
        catch (InputException e)
        {
            Assert.DoesNotContain(e.Message, char.IsControl);
            return false;
        }
    }

    private static byte[] Whole(bool isZip)
    {
        TestTensor floats = TestTensor.Of("0", [.. Enumerable.Range(0, 6).Select(i => i * 0.5f)], 3, 2);
        TestTensor turned = floats with { Sizes = [2, 3], Strides = [1, 2] }, halves = TestTensor.Of("1", [(Half)1, (Half)2], 2);
        (string, TestTensor)[] tensors = [("a.weight", floats), ("b.weight", turned), ("c", halves)];
        return isZip
            ? ZipBuilder.Checkpoint(PickleBuilder.State(false, tensors).ToArray(), ("0", floats.Bytes), ("1", halves.Bytes)).ToArray()
            : LegacyBuilder.File(tensors);
    }
}
