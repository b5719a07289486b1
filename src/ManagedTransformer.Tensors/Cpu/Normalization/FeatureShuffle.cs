using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>Moves feature j of group k to place j groups + k of a row, and back; and cuts rows that two arrays share into chunks.</summary>
internal static unsafe class FeatureShuffle<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>y[j groups + k] = x[k width + j].</summary>
    public static void Forward(float* x, float* y, int groups, int width)
    {
        int j = 0;
        for (; j <= width - TOps.Count && groups is 2 or 4 or 8; j += TOps.Count)
        {
            Interleave(x + j, width, groups, y + (groups * j));
        }

        if (j < width)
        {
            Transposition<TOps, TVector>.Transpose(x + j, width, groups, width - j, y + (groups * j), groups);
        }
    }

    /// <summary>x[k width + j] = y[j groups + k].</summary>
    public static void Backward(float* y, float* x, int groups, int width)
    {
        int j = 0;
        for (; j <= width - TOps.Count && groups is 2 or 4 or 8; j += TOps.Count)
        {
            Separate(y + (groups * j), groups, x + j, width);
        }

        if (j < width)
        {
            Transposition<TOps, TVector>.Transpose(y + (groups * j), groups, width - j, groups, x + j, width);
        }
    }

    /// <summary>Copies chunks of a whole row to their places in a mixed row, <paramref name="period"/> elements apart.</summary>
    public static void Scatter(float* whole, float* mixed, int chunks, int length, int period)
    {
        for (int i = 0; i < chunks; i++, whole += length, mixed += period)
        {
            Copy(whole, mixed, length);
        }
    }

    /// <summary>The way back of <see cref="Scatter"/>.</summary>
    public static void Gather(float* mixed, float* whole, int chunks, int length, int period)
    {
        for (int i = 0; i < chunks; i++, whole += length, mixed += period)
        {
            Copy(mixed, whole, length);
        }
    }

    /// <summary>Some vectors: for these a call of the memory copy takes longer than the copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* source, float* target, int length)
    {
        for (int i = 0; i < length; i += TOps.Count)
        {
            VectorTail<TOps, TVector>.StoreUpTo(VectorTail<TOps, TVector>.LoadUpTo(source + i, length - i), target + i, length - i);
        }
    }

    /// <summary>Lets the lanes of a vector of each group take turns: even groups and odd groups first, then both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(float* x, nint width, int groups, float* y)
    {
        TVector a = TOps.Load(x), b = TOps.Load(x + width);
        if (groups == 2)
        {
            Merge(a, b, y);
            return;
        }

        TVector c = TOps.Load(x + (2 * width)), d = TOps.Load(x + (3 * width));
        if (groups == 4)
        {
            Merge(ref a, ref c);
            Merge(ref b, ref d);
            Merge(a, b, y);
            Merge(c, d, y + (2 * TOps.Count));
            return;
        }

        x += 4 * width;
        TVector e = TOps.Load(x), f = TOps.Load(x + width), g = TOps.Load(x + (2 * width)), h = TOps.Load(x + (3 * width));
        Merge(ref a, ref e);
        Merge(ref c, ref g);
        Merge(ref a, ref c);
        Merge(ref e, ref g);
        Merge(ref b, ref f);
        Merge(ref d, ref h);
        Merge(ref b, ref d);
        Merge(ref f, ref h);
        Merge(a, b, y);
        Merge(c, d, y + (2 * TOps.Count));
        Merge(e, f, y + (4 * TOps.Count));
        Merge(g, h, y + (6 * TOps.Count));
    }

    /// <summary>The way back of <see cref="Interleave"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Separate(float* y, int groups, float* x, nint width)
    {
        (TVector a, TVector b) = Split(y);
        if (groups > 2)
        {
            (TVector c, TVector d) = Split(y + (2 * TOps.Count));
            if (groups > 4)
            {
                (TVector e, TVector f) = Split(y + (4 * TOps.Count));
                (TVector g, TVector h) = Split(y + (6 * TOps.Count));
                Split(ref e, ref g);
                Split(ref f, ref h);
                Split(ref a, ref c);
                Split(ref b, ref d);
                Split(ref a, ref e);
                Split(ref c, ref g);
                Split(ref b, ref f);
                Split(ref d, ref h);
                TOps.Store(e, x + (4 * width));
                TOps.Store(f, x + (5 * width));
                TOps.Store(g, x + (6 * width));
                TOps.Store(h, x + (7 * width));
            }
            else
            {
                Split(ref a, ref c);
                Split(ref b, ref d);
            }

            TOps.Store(c, x + (2 * width));
            TOps.Store(d, x + (3 * width));
        }

        TOps.Store(a, x);
        TOps.Store(b, x + width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Merge(TVector a, TVector b, float* y)
    {
        TOps.Store(TOps.InterleaveLower(a, b), y);
        TOps.Store(TOps.InterleaveUpper(a, b), y + TOps.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Merge(ref TVector a, ref TVector b) => (a, b) = (TOps.InterleaveLower(a, b), TOps.InterleaveUpper(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector Even, TVector Odd) Split(float* y)
    {
        TVector lower = TOps.Load(y), upper = TOps.Load(y + TOps.Count);
        return (TOps.Even(lower, upper), TOps.Odd(lower, upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(ref TVector a, ref TVector b) => (a, b) = (TOps.Even(a, b), TOps.Odd(a, b));
}
