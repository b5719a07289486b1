using System.Buffers.Binary;

namespace ManagedTransformer.Torch.Containers;

/// <summary>Numbers in the records of zip archives.</summary>
internal static class ZipFields
{
    /// <summary>A number of two bytes.</summary>
    public static int Half(ReadOnlySpan<byte> bytes, int place) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[place..]);

    /// <summary>A number of four bytes.</summary>
    public static uint Word(ReadOnlySpan<byte> bytes, int place) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[place..]);

    /// <summary>A number of eight bytes.</summary>
    public static ulong Long(ReadOnlySpan<byte> bytes, int place) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[place..]);
}
