using System.Buffers.Binary;
using System.Text;

namespace ManagedTransformer.Tests.Torch;

/// <summary>Writes pickles byte by byte, right ones and wrong ones.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [];

    public PickleBuilder(int protocol = 2) => Op(0x80, (byte)protocol);

    private PickleBuilder(IEnumerable<byte> bytes) => _bytes.AddRange(bytes);

    /// <summary>A stream without a protocol number.</summary>
    public static PickleBuilder Raw(params byte[] bytes) => new(bytes);

    public int Length => _bytes.Count;

    public byte[] ToArray() => [.. _bytes];

    public PickleBuilder Op(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleBuilder Op(string text) => Op(Encoding.Latin1.GetBytes(text));

    public PickleBuilder Repeat(int count, params byte[] bytes)
    {
        for (int i = 0; i < count; i++)
        {
            _bytes.AddRange(bytes);
        }

        return this;
    }

    public PickleBuilder Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return Op((byte)'X').Word((uint)utf8.Length).Op(utf8);
    }

    public PickleBuilder Word(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Op(bytes);
    }

    public PickleBuilder Long(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Op(bytes);
    }

    public PickleBuilder Int(long value) => value is >= 0 and < 256 ? Op((byte)'K', (byte)value) : Op(0x8A, 8).Long((ulong)value);

    public PickleBuilder Global(string module, string name) => Op($"c{module}\n{name}\n");

    public PickleBuilder Tuple(params long[] values)
    {
        Op("(");
        foreach (long value in values)
        {
            Int(value);
        }

        return Op("t");
    }

    /// <summary>A storage of the newer container, or of the older one where that has a view at the end.</summary>
    public PickleBuilder Storage(string type, string key, long count, bool isLegacy = false)
    {
        Op("(").Text("storage").Global("torch", type).Text(key).Text("cpu").Int(count);
        return (isLegacy ? Op("N") : this).Op("tQ");
    }

    public PickleBuilder Tensor(
        string type, string key, long count, long offset, long[] sizes, long[] strides, bool isLegacy = false, string? rebuild = null)
    {
        Global("torch._utils", rebuild ?? "_rebuild_tensor_v2").Op("(").Storage(type, key, count, isLegacy);
        Int(offset).Tuple(sizes).Tuple(strides);
        return (rebuild == "_rebuild_tensor" ? this : Op(0x89).Global("collections", "OrderedDict").Op(")R")).Op("tR");
    }

    /// <summary>A dictionary of tensors.</summary>
    public static PickleBuilder State(bool isLegacy, params (string Name, TestTensor Tensor)[] tensors)
    {
        PickleBuilder pickle = new();
        pickle.Op("}(");
        foreach ((string name, TestTensor tensor) in tensors)
        {
            pickle.Text(name).Tensor(tensor.Storage, tensor.Key, tensor.Count, tensor.Offset, tensor.Sizes, tensor.Strides, isLegacy);
        }

        return pickle.Op("u.");
    }
}
