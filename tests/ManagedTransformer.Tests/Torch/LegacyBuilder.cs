using System.Buffers.Binary;

namespace ManagedTransformer.Tests.Torch;

/// <summary>Writes files as PyTorch did before version 1.6, and wrong ones.</summary>
internal static class LegacyBuilder
{
    private static readonly byte[] _magic = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E];

    public static byte[] File(params (string Name, TestTensor Tensor)[] tensors) => File(
        PickleBuilder.State(isLegacy: true, tensors).ToArray(),
        [
            .. tensors.Select(named => named.Tensor).DistinctBy(tensor => tensor.Key)
                .Select(tensor => (tensor.Key, tensor.Count, tensor.Bytes)),
        ]);

    public static byte[] File(byte[] value, (string Key, long Count, byte[] Bytes)[] storages, string[]? keys = null,
        int version = 1001, bool isLittleEndian = true, byte[]? magic = null)
    {
        List<byte> file = [.. magic ?? _magic, .. new PickleBuilder().Int(version).Op(".").ToArray()];
        PickleBuilder facts = new();
        facts.Op("}(").Text("protocol_version").Int(1001).Text("little_endian").Op(isLittleEndian ? (byte)0x88 : (byte)0x89);
        facts.Text("type_sizes").Op("}(").Text("short").Int(2).Text("int").Int(4).Text("long").Int(4).Op("uu.");
        file.AddRange([.. facts.ToArray(), .. value]);
        PickleBuilder list = new();
        list.Op("](");
        foreach (string key in keys ?? [.. storages.Select(storage => storage.Key)])
        {
            list.Text(key);
        }

        file.AddRange(list.Op("e.").ToArray());
        foreach ((string _, long count, byte[] bytes) in storages)
        {
            byte[] header = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(header, count);
            file.AddRange([.. header, .. bytes]);
        }

        return [.. file];
    }
}
