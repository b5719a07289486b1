using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Dot products of some rows x with two rows y, each added up in the order in which
/// <see cref="DotProducts{TOps, TVector, TStored}.Dot{TFar}"/> adds up one: four sums of every fourth vector. Two of the four are computed
/// after the others, so that the registers hold those of many pairs of rows, and a vector that is loaded serves several of them.
/// </summary>
internal static unsafe class DotTile<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Rows y of a tile.</summary>
    public const int Rows = 2;

    /// <summary>Room for the dots of a tile, and for the unused rest of the last four of them.</summary>
    public const int Size = MostColumns * Rows;

    private const int MostColumns = 6, FewColumns = 3;

    private const int Sums = 4, Passes = 2, CacheLine = 64;

    /// <summary>Rows x of a tile.</summary>
    public static int Columns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TOps.Registers >= 32 ? MostColumns : FewColumns;
    }

    /// <summary>Dot products of rows x and y; that of x row j and y row i becomes dots[2 j + i].</summary>
    /// <param name="x">The first row x.</param>
    /// <param name="xStride">Floats from one row x to the next.</param>
    /// <param name="columns">Rows x, from 1 to <see cref="Columns"/>; the dots of others are not defined.</param>
    /// <param name="y">The first row y.</param>
    /// <param name="yStride">Floats from one row y to the next.</param>
    /// <param name="rows">Rows y, from 1 to <see cref="Rows"/>; the dots of others are not defined.</param>
    /// <param name="length">Elements of a row.</param>
    /// <param name="dots"><see cref="Size"/> floats.</param>
    /// <param name="ahead">Memory that will be needed next, to be brought into the second-level cache meanwhile.</param>
    /// <param name="bytesAhead">How much of it; 0 for none.</param>
    public static void Dots(float* x, nint xStride, int columns, float* y, nint yStride, int rows, int length, float* dots, byte* ahead,
        nint bytesAhead)
    {
        yStride = rows > 1 ? yStride : 0;
        if (Columns == MostColumns)
        {
            SixByTwo(x, xStride, columns, y, yStride, length, dots, ahead, bytesAhead);
        }
        else
        {
            ThreeByTwo(x, xStride, columns, y, yStride, length, dots, ahead, bytesAhead);
        }

        for (nint k = length / TOps.Count * TOps.Count; k < length; k++)
        {
            for (int j = 0; j < columns; j++)
            {
                dots[2 * j] += x[(j * xStride) + k] * y[k];
                dots[(2 * j) + 1] += x[(j * xStride) + k] * y[yStride + k];
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixByTwo(float* x0, nint xStride, int columns, float* y0, nint yStride, int length, float* dots, byte* ahead,
        nint bytesAhead)
    {
        TVector* sums = stackalloc TVector[MostColumns * Rows];
        float* x1 = columns > 1 ? x0 + xStride : x0, x2 = columns > 2 ? x1 + xStride : x1, x3 = columns > 3 ? x2 + xStride : x2;
        float* x4 = columns > 4 ? x3 + xStride : x3, x5 = columns > 5 ? x4 + xStride : x4, y1 = y0 + yStride;
        for (int pass = 0; pass < Passes; pass++, ahead += bytesAhead / Passes)
        {
            Prefetch(ahead, bytesAhead / Passes);
            TVector a0 = TOps.Zero, b0 = a0, c0 = a0, d0 = a0, e0 = a0, f0 = a0, g0 = a0, h0 = a0, i0 = a0, j0 = a0, k0 = a0, l0 = a0;
            TVector a1 = a0, b1 = a0, c1 = a0, d1 = a0, e1 = a0, f1 = a0, g1 = a0, h1 = a0, i1 = a0, j1 = a0, k1 = a0, l1 = a0;
            nint k = pass * 2 * TOps.Count;
            for (int left = length / (Sums * TOps.Count); left > 0; left--, k += Sums * TOps.Count)
            {
                TVector first = TOps.Load(y0 + k), second = TOps.Load(y1 + k);
                Add(TOps.Load(x0 + k), first, second, ref a0, ref b0);
                Add(TOps.Load(x1 + k), first, second, ref c0, ref d0);
                Add(TOps.Load(x2 + k), first, second, ref e0, ref f0);
                Add(TOps.Load(x3 + k), first, second, ref g0, ref h0);
                Add(TOps.Load(x4 + k), first, second, ref i0, ref j0);
                Add(TOps.Load(x5 + k), first, second, ref k0, ref l0);
                first = TOps.Load(y0 + k + TOps.Count);
                second = TOps.Load(y1 + k + TOps.Count);
                Add(TOps.Load(x0 + k + TOps.Count), first, second, ref a1, ref b1);
                Add(TOps.Load(x1 + k + TOps.Count), first, second, ref c1, ref d1);
                Add(TOps.Load(x2 + k + TOps.Count), first, second, ref e1, ref f1);
                Add(TOps.Load(x3 + k + TOps.Count), first, second, ref g1, ref h1);
                Add(TOps.Load(x4 + k + TOps.Count), first, second, ref i1, ref j1);
                Add(TOps.Load(x5 + k + TOps.Count), first, second, ref k1, ref l1);
            }

            // The first sum also has the vectors behind the last four.
            for (int left = pass == 0 ? length / TOps.Count % Sums : 0; left > 0; left--, k += TOps.Count)
            {
                TVector first = TOps.Load(y0 + k), second = TOps.Load(y1 + k);
                Add(TOps.Load(x0 + k), first, second, ref a0, ref b0);
                Add(TOps.Load(x1 + k), first, second, ref c0, ref d0);
                Add(TOps.Load(x2 + k), first, second, ref e0, ref f0);
                Add(TOps.Load(x3 + k), first, second, ref g0, ref h0);
                Add(TOps.Load(x4 + k), first, second, ref i0, ref j0);
                Add(TOps.Load(x5 + k), first, second, ref k0, ref l0);
            }

            Join(pass, TOps.Add(a0, a1), TOps.Add(b0, b1), TOps.Add(c0, c1), TOps.Add(d0, d1), sums, dots);
            Join(pass, TOps.Add(e0, e1), TOps.Add(f0, f1), TOps.Add(g0, g1), TOps.Add(h0, h1), sums + 4, dots + 4);
            Join(pass, TOps.Add(i0, i1), TOps.Add(j0, j1), TOps.Add(k0, k1), TOps.Add(l0, l1), sums + 8, dots + 8);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ThreeByTwo(float* x0, nint xStride, int columns, float* y0, nint yStride, int length, float* dots, byte* ahead,
        nint bytesAhead)
    {
        TVector* sums = stackalloc TVector[8];
        float* x1 = columns > 1 ? x0 + xStride : x0, x2 = columns > 2 ? x1 + xStride : x1, y1 = y0 + yStride;
        for (int pass = 0; pass < Passes; pass++, ahead += bytesAhead / Passes)
        {
            Prefetch(ahead, bytesAhead / Passes);
            TVector a0 = TOps.Zero, b0 = a0, c0 = a0, d0 = a0, e0 = a0, f0 = a0, a1 = a0, b1 = a0, c1 = a0, d1 = a0, e1 = a0, f1 = a0;
            nint k = pass * 2 * TOps.Count;
            for (int left = length / (Sums * TOps.Count); left > 0; left--, k += Sums * TOps.Count)
            {
                TVector first = TOps.Load(y0 + k), second = TOps.Load(y1 + k);
                Add(TOps.Load(x0 + k), first, second, ref a0, ref b0);
                Add(TOps.Load(x1 + k), first, second, ref c0, ref d0);
                Add(TOps.Load(x2 + k), first, second, ref e0, ref f0);
                first = TOps.Load(y0 + k + TOps.Count);
                second = TOps.Load(y1 + k + TOps.Count);
                Add(TOps.Load(x0 + k + TOps.Count), first, second, ref a1, ref b1);
                Add(TOps.Load(x1 + k + TOps.Count), first, second, ref c1, ref d1);
                Add(TOps.Load(x2 + k + TOps.Count), first, second, ref e1, ref f1);
            }

            for (int left = pass == 0 ? length / TOps.Count % Sums : 0; left > 0; left--, k += TOps.Count)
            {
                TVector first = TOps.Load(y0 + k), second = TOps.Load(y1 + k);
                Add(TOps.Load(x0 + k), first, second, ref a0, ref b0);
                Add(TOps.Load(x1 + k), first, second, ref c0, ref d0);
                Add(TOps.Load(x2 + k), first, second, ref e0, ref f0);
            }

            Join(pass, TOps.Add(a0, a1), TOps.Add(b0, b1), TOps.Add(c0, c1), TOps.Add(d0, d1), sums, dots);
            Join(pass, TOps.Add(e0, e1), TOps.Add(f0, f1), TOps.Zero, TOps.Zero, sums + 4, dots + 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TVector x, TVector first, TVector second, ref TVector a, ref TVector b)
    {
        a = TOps.MultiplyAdd(x, first, a);
        b = TOps.MultiplyAdd(x, second, b);
    }

    // Keeps what the first pass gives of four pairs of rows; the second adds to it and then the lanes, as SumNeighbours does it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(int pass, TVector a, TVector b, TVector c, TVector d, TVector* sums, float* dots)
    {
        if (pass == 0)
        {
            sums[0] = a;
            sums[1] = b;
            sums[2] = c;
            sums[3] = d;
            return;
        }

        a = TOps.Add(sums[0], a);
        b = TOps.Add(sums[1], b);
        c = TOps.Add(sums[2], c);
        d = TOps.Add(sums[3], d);
        TOps.TransposeQuads(ref a, ref b, ref c, ref d);
        TOps.SumQuads(TOps.Add(TOps.Add(a, b), TOps.Add(c, d))).Store(dots);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* start, nint bytes)
    {
        for (nint line = 0; Sse.IsSupported && line < bytes; line += CacheLine)
        {
            Sse.Prefetch1(start + line);
        }
    }
}
