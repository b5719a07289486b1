using System.Numerics;

namespace ManagedTransformer.Training.TensorBoard;

/// <summary>
/// The checksum of TFRecord files: CRC-32C, rotated and shifted by a constant, since the checksum of bytes that hold their own checksum
/// says little.
/// </summary>
internal static class MaskedChecksum
{
    private const uint Delta = 0xa282ead8;

    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + Delta;
    }
}
