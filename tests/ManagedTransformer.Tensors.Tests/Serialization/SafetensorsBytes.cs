using System.Buffers.Binary;
using System.Text;

namespace ManagedTransformer.Tensors.Tests.Serialization;

/// <summary>Builds safetensors files by hand, damaged ones too.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Build(string header, params ReadOnlySpan<byte> data) => Build(Encoding.UTF8.GetBytes(header), data);

    public static byte[] Build(byte[] header, ReadOnlySpan<byte> data)
    {
        byte[] file = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        data.CopyTo(file.AsSpan(8 + header.Length));
        return file;
    }
}
