using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>Moves feature j of group k to place j groups + k of a row, and back; and cuts rows that two arrays share into chunks.</summary>
internal static unsafe class FeatureShuffle
{
    private const int Lanes = 4;

    /// <summary>y[j groups + k] = x[k width + j].</summary>
    public static void Forward(float* x, float* y, int groups, int width)
    {
        if (groups != 2)
        {
            Transposition.Transpose(x, width, groups, width, y, groups);
            return;
        }

        int j = 0;
        for (; j <= width - Lanes; j += Lanes)
        {
            Vector128<float> first = Vector128.Load(x + j), second = Vector128.Load(x + width + j);
            Interleave.Low(first, second).Store(y + (2 * j));
            Interleave.High(first, second).Store(y + (2 * j) + Lanes);
        }

        for (; j < width; j++)
        {
            (y[2 * j], y[(2 * j) + 1]) = (x[j], x[width + j]);
        }
    }

    /// <summary>x[k width + j] = y[j groups + k].</summary>
    public static void Backward(float* y, float* x, int groups, int width)
    {
        if (groups != 2)
        {
            Transposition.Transpose(y, groups, width, groups, x, width);
            return;
        }

        int j = 0;
        for (; j <= width - Lanes; j += Lanes)
        {
            Vector128<float> early = Vector128.Load(y + (2 * j)), late = Vector128.Load(y + (2 * j) + Lanes);
            Vector128<float> even = Interleave.Low(early, late), odd = Interleave.High(early, late);
            Interleave.Low(even, odd).Store(x + j);
            Interleave.High(even, odd).Store(x + width + j);
        }

        for (; j < width; j++)
        {
            (x[j], x[width + j]) = (y[2 * j], y[(2 * j) + 1]);
        }
    }

    /// <summary>Copies chunks between a whole row and its places in a mixed row, <paramref name="period"/> elements apart.</summary>
    public static void Scatter(float* whole, float* mixed, int chunks, int length, int period)
    {
        for (int i = 0; i < chunks; i++)
        {
            Buffer.MemoryCopy(whole + (i * length), mixed + (i * period), length * sizeof(float), length * sizeof(float));
        }
    }

    /// <summary>The way back of <see cref="Scatter"/>.</summary>
    public static void Gather(float* mixed, float* whole, int chunks, int length, int period)
    {
        for (int i = 0; i < chunks; i++)
        {
            Buffer.MemoryCopy(mixed + (i * period), whole + (i * length), length * sizeof(float), length * sizeof(float));
        }
    }
}
