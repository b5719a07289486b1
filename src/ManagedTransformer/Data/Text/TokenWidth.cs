using System.Buffers.Binary;

namespace ManagedTransformer.Data.Text;

/// <summary>Ids as unsigned little-endian numbers of 1, 2 or 4 bytes.</summary>
internal static class TokenWidth
{
    /// <summary>The fewest bytes that hold every id below the size of a vocabulary.</summary>
    public static int For(long vocabularySize) => vocabularySize <= 1 << 8 ? 1 : vocabularySize <= 1 << 16 ? 2 : 4;

    public static void Pack(ReadOnlySpan<int> ids, int width, Span<byte> packed)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            if (width == 1)
            {
                packed[i] = (byte)ids[i];
            }
            else if (width == 2)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(packed[(2 * i)..], (ushort)ids[i]);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(packed[(4 * i)..], ids[i]);
            }
        }
    }

    public static void Unpack(ReadOnlySpan<byte> packed, int width, Span<int> ids)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = width switch
            {
                1 => packed[i],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(packed[(2 * i)..]),
                _ => BinaryPrimitives.ReadInt32LittleEndian(packed[(4 * i)..]),
            };
        }
    }
}
