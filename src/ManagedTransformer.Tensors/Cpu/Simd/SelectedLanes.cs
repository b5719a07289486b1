using System.Runtime.InteropServices;

namespace ManagedTransformer.Tensors.Cpu.Simd;

/// <summary>Which lanes a mask of 8 lanes selects, in ascending order.</summary>
internal static unsafe class SelectedLanes
{
    private const int Lanes = 8;

    private static readonly byte* _numbers = Fill((byte*)NativeMemory.Alloc((1 << Lanes) * Lanes));

    /// <summary>The 8 bytes of a mask's bits: as many numbers of lanes as are set, and anything behind them.</summary>
    public static byte* Of(uint bits) => _numbers + (bits * Lanes);

    private static byte* Fill(byte* numbers)
    {
        for (int bits = 0; bits < 1 << Lanes; bits++)
        {
            byte* next = numbers + (bits * Lanes);
            new Span<byte>(next, Lanes).Clear();
            for (int lane = 0; lane < Lanes; lane++)
            {
                if ((bits >> lane & 1) != 0)
                {
                    *next++ = (byte)lane;
                }
            }
        }

        return numbers;
    }
}
