using System.Buffers;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Containers;

/// <summary>The checksum of zip archives: CRC-32 with the polynomial 0xEDB88320, eight bytes at a time.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8, ChunkBytes = 1 << 20;

    private static readonly uint[][] _tables = CreateTables();

    /// <summary>The checksum of bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Append(uint.MaxValue, bytes);

    /// <summary>The checksum of a part of a file.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public static uint Of(FileBytes file, long start, long length)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, Math.Max(1, length)));
        try
        {
            uint state = uint.MaxValue;
            for (long done = 0; done < length;)
            {
                Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min(chunk.Length, length - done));
                file.Read(start + done, bytes);
                state = Append(state, bytes);
                done += bytes.Length;
            }

            return ~state;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        uint[] t0 = _tables[0], t1 = _tables[1], t2 = _tables[2], t3 = _tables[3], t4 = _tables[4], t5 = _tables[5], t6 = _tables[6],
            t7 = _tables[7];
        while (bytes.Length >= Slices)
        {
            uint low = state ^ (bytes[0] | (uint)bytes[1] << 8 | (uint)bytes[2] << 16 | (uint)bytes[3] << 24);
            state = t7[low & 0xFF] ^ t6[(low >> 8) & 0xFF] ^ t5[(low >> 16) & 0xFF] ^ t4[low >> 24]
                ^ t3[bytes[4]] ^ t2[bytes[5]] ^ t1[bytes[6]] ^ t0[bytes[7]];
            bytes = bytes[Slices..];
        }

        foreach (byte next in bytes)
        {
            state = t0[(state ^ next) & 0xFF] ^ (state >> 8);
        }

        return state;
    }

    private static uint[][] CreateTables()
    {
        uint[][] tables = [.. Enumerable.Range(0, Slices).Select(_ => new uint[256])];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ Polynomial;
            }

            tables[0][i] = value;
        }

        for (int slice = 1; slice < Slices; slice++)
        {
            for (int i = 0; i < 256; i++)
            {
                uint before = tables[slice - 1][i];
                tables[slice][i] = tables[0][before & 0xFF] ^ (before >> 8);
            }
        }

        return tables;
    }
}
