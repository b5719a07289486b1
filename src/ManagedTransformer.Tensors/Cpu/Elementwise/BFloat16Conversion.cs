using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>Conversions between Float32 and BFloat16, its upper half, on all threads.</summary>
internal static unsafe class BFloat16Conversion<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Rounds to nearest even; NaN stays NaN.</summary>
    public static void Narrow(float* x, ushort* y, long count)
    {
        var job = new NarrowJob { X = x, Y = y };
        Ranges.Run(count, Ranges.Grain, ref job);
    }

    /// <summary>Widens exactly.</summary>
    public static void Widen(ushort* x, float* y, long count)
    {
        var job = new WidenJob { X = x, Y = y };
        Ranges.Run(count, Ranges.Grain, ref job);
    }

    /// <summary>Widens exactly, on the thread that asks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenRow(ushort* x, float* y, long count)
    {
        long i = 0;
        for (; i <= count - (4 * TOps.Count); i += 4 * TOps.Count)
        {
            TVector a = TOps.LoadHalves(x + i), b = TOps.LoadHalves(x + i + TOps.Count);
            TVector c = TOps.LoadHalves(x + i + (2 * TOps.Count)), d = TOps.LoadHalves(x + i + (3 * TOps.Count));
            TOps.Store(TOps.ShiftLeft(a, 16), y + i);
            TOps.Store(TOps.ShiftLeft(b, 16), y + i + TOps.Count);
            TOps.Store(TOps.ShiftLeft(c, 16), y + i + (2 * TOps.Count));
            TOps.Store(TOps.ShiftLeft(d, 16), y + i + (3 * TOps.Count));
        }

        for (; i <= count - TOps.Count; i += TOps.Count)
        {
            TOps.Store(TOps.ShiftLeft(TOps.LoadHalves(x + i), 16), y + i);
        }

        for (; i < count; i++)
        {
            y[i] = BitConverter.UInt32BitsToSingle((uint)x[i] << 16);
        }
    }

    private static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)(float.IsNaN(value) ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private struct NarrowJob : IRangeJob
    {
        public float* X;
        public ushort* Y;

        public readonly void Execute(long start, long end)
        {
            long i = start;
            for (; i <= end - TOps.Count; i += TOps.Count)
            {
                TVector x = TOps.Load(X + i);
                TVector odd = TOps.And(TOps.ShiftRight(x, 16), TOps.BroadcastBits(1));
                TVector rounded = TOps.ShiftRight(TOps.AddIntegers(TOps.AddIntegers(x, TOps.BroadcastBits(0x7FFF)), odd), 16);

                // A NaN with only low payload bits must not become infinity.
                TVector quiet = TOps.Or(TOps.ShiftRight(x, 16), TOps.BroadcastBits(0x40));
                TOps.StoreHalves(TOps.Select(TOps.Equal(x, x), rounded, quiet), Y + i);
            }

            for (; i < end; i++)
            {
                Y[i] = Round(X[i]);
            }
        }
    }

    private struct WidenJob : IRangeJob
    {
        public ushort* X;
        public float* Y;

        public readonly void Execute(long start, long end) => WidenRow(X + start, Y + start, end - start);
    }
}
