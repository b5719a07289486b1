namespace ManagedTransformer.Data;

/// <summary>The checksum of gzip (RFC 1952, section 8): the polynomial 0xEDB88320, bits reversed.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] _table = CreateTable();

    /// <summary>The checksum of bytes that follow others.</summary>
    /// <param name="crc">The checksum of the bytes before; 0 where there are none.</param>
    /// <param name="bytes">What follows.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint[] table = _table;
        crc = ~crc;
        foreach (byte value in bytes)
        {
            crc = table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] CreateTable()
    {
        uint[] table = new uint[256];
        for (uint value = 0; value < table.Length; value++)
        {
            uint crc = value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? Polynomial ^ (crc >> 1) : crc >> 1;
            }

            table[value] = crc;
        }

        return table;
    }
}
