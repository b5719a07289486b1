using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Dot products of some rows x, packed, with up to four rows y, each added up in the order in which
/// <see cref="DotProducts{TOps, TVector, TStored}.Dot{TFar}"/> adds up one: four sums of every fourth vector. One of the four is computed
/// after the other, so that a register holds a sum of each pair of rows, and what is loaded serves many of them.
/// </summary>
internal static unsafe class LoneTile<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Rows y of a tile.</summary>
    public const int Rows = 4;

    /// <summary>Most rows x of a tile.</summary>
    private const int MostColumns = 6;

    private const int Sums = 4, CacheLine = 64;

    /// <summary>Rows x of a tile: with four rows of sums, what the registers hold beside the vectors that are multiplied.</summary>
    public static int Columns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TOps.Registers >= 32 ? MostColumns : 2;
    }

    /// <summary>Room for the dots of a tile.</summary>
    public static int Size
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Columns * Rows;
    }

    /// <summary>Floats of packed rows of a length.</summary>
    public static nint PackedSize(int length) => (length + TOps.Count - 1) / TOps.Count * TOps.Count * (nint)Columns;

    /// <summary>Packs rows as floats: the first vector of each, then the second of each, and so on.</summary>
    /// <param name="rows">The first row.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="count">From 1 to <see cref="Columns"/>; the last takes the place of those that are missing.</param>
    /// <param name="length">Elements of a row.</param>
    /// <param name="packed"><see cref="PackedSize"/> floats.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<TStored>(byte* rows, nint stride, int count, int length, float* packed)
        where TStored : struct, IStored<TVector>
    {
        byte** sources = stackalloc byte*[MostColumns];
        for (int j = 0; j < Columns; j++)
        {
            sources[j] = rows + (Math.Min(j, count - 1) * stride);
        }

        nint k = 0;
        for (; k + TOps.Count <= length; k += TOps.Count)
        {
            for (int j = 0; j < Columns; j++, packed += TOps.Count)
            {
                TOps.Store(TStored.Load(sources[j] + (k * TStored.Size)), packed);
            }
        }

        for (nint lane = 0; k < length; k++, lane++)
        {
            for (int j = 0; j < Columns; j++)
            {
                packed[(j * TOps.Count) + lane] = TStored.LoadOne(sources[j] + (k * TStored.Size));
            }
        }
    }

    /// <summary>Dot products of the packed rows with rows y; that of x row j and y row i becomes dots[4 j + i].</summary>
    /// <param name="packed">What <see cref="Pack"/> has written.</param>
    /// <param name="y">The first row y.</param>
    /// <param name="stride">Floats from one row y to the next.</param>
    /// <param name="rows">From 1 to <see cref="Rows"/>.</param>
    /// <param name="length">Elements of a row.</param>
    /// <param name="dots"><see cref="Size"/> floats.</param>
    /// <param name="ahead">Memory that will be needed next, to be brought into the second-level cache meanwhile.</param>
    /// <param name="bytesAhead">How much of it; 0 for none.</param>
    public static void Dots(float* packed, float* y, nint stride, int rows, int length, float* dots, byte* ahead, nint bytesAhead)
    {
        float* y1 = rows > 1 ? y + stride : y, y2 = rows > 2 ? y1 + stride : y1, y3 = rows > 3 ? y2 + stride : y2;
        if (Columns == MostColumns)
        {
            SixByFour(packed, y, y1, y2, y3, length, dots, ahead, bytesAhead);
        }
        else
        {
            TwoByFour(packed, y, y1, y2, y3, length, dots, ahead, bytesAhead);
        }

        int whole = length / TOps.Count * TOps.Count;
        packed += whole * (nint)Columns;
        for (int lane = 0; lane < length - whole; lane++, packed++)
        {
            int k = whole + lane;
            for (int j = 0; j < Columns; j++)
            {
                float x = packed[j * TOps.Count];
                dots[Rows * j] += x * y[k];
                dots[(Rows * j) + 1] += x * y1[k];
                dots[(Rows * j) + 2] += x * y2[k];
                dots[(Rows * j) + 3] += x * y3[k];
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixByFour(float* packed, float* y0, float* y1, float* y2, float* y3, int length, float* dots, byte* ahead,
        nint bytesAhead)
    {
        TVector* sums = stackalloc TVector[2 * MostColumns * Rows];
        nint share = bytesAhead / Sums;
        for (int sum = 0; sum < Sums; sum++, ahead += share)
        {
            Prefetch(ahead, share);
            TVector a0 = TOps.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, c0 = a0, c1 = a0, c2 = a0, c3 = a0;
            TVector d0 = a0, d1 = a0, d2 = a0, d3 = a0, e0 = a0, e1 = a0, e2 = a0, e3 = a0, f0 = a0, f1 = a0, f2 = a0, f3 = a0;
            nint k = sum * TOps.Count, step = Sums * TOps.Count;
            float* x = packed + (k * MostColumns);
            for (int left = length / (Sums * TOps.Count), times = 0; times < 2; times++)
            {
                for (; left > 0; left--, k += step, x += MostColumns * step)
                {
                    TVector first = TOps.Load(y0 + k), second = TOps.Load(y1 + k), third = TOps.Load(y2 + k), fourth = TOps.Load(y3 + k);
                    Add(TOps.Load(x), first, second, third, fourth, ref a0, ref a1, ref a2, ref a3);
                    Add(TOps.Load(x + TOps.Count), first, second, third, fourth, ref b0, ref b1, ref b2, ref b3);
                    Add(TOps.Load(x + (2 * TOps.Count)), first, second, third, fourth, ref c0, ref c1, ref c2, ref c3);
                    Add(TOps.Load(x + (3 * TOps.Count)), first, second, third, fourth, ref d0, ref d1, ref d2, ref d3);
                    Add(TOps.Load(x + (4 * TOps.Count)), first, second, third, fourth, ref e0, ref e1, ref e2, ref e3);
                    Add(TOps.Load(x + (5 * TOps.Count)), first, second, third, fourth, ref f0, ref f1, ref f2, ref f3);
                }

                // The first sum also has the vectors behind the last four.
                left = sum == 0 ? length / TOps.Count % Sums : 0;
                step = TOps.Count;
            }

            Join(sum, a0, a1, a2, a3, sums, dots);
            Join(sum, b0, b1, b2, b3, sums + 8, dots + 4);
            Join(sum, c0, c1, c2, c3, sums + 16, dots + 8);
            Join(sum, d0, d1, d2, d3, sums + 24, dots + 12);
            Join(sum, e0, e1, e2, e3, sums + 32, dots + 16);
            Join(sum, f0, f1, f2, f3, sums + 40, dots + 20);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByFour(float* packed, float* y0, float* y1, float* y2, float* y3, int length, float* dots, byte* ahead,
        nint bytesAhead)
    {
        TVector* sums = stackalloc TVector[4 * Rows];
        nint share = bytesAhead / Sums;
        for (int sum = 0; sum < Sums; sum++, ahead += share)
        {
            Prefetch(ahead, share);
            TVector a0 = TOps.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
            nint k = sum * TOps.Count, step = Sums * TOps.Count;
            float* x = packed + (2 * k);
            for (int left = length / (Sums * TOps.Count), times = 0; times < 2; times++)
            {
                for (; left > 0; left--, k += step, x += 2 * step)
                {
                    TVector first = TOps.Load(y0 + k), second = TOps.Load(y1 + k), third = TOps.Load(y2 + k), fourth = TOps.Load(y3 + k);
                    Add(TOps.Load(x), first, second, third, fourth, ref a0, ref a1, ref a2, ref a3);
                    Add(TOps.Load(x + TOps.Count), first, second, third, fourth, ref b0, ref b1, ref b2, ref b3);
                }

                left = sum == 0 ? length / TOps.Count % Sums : 0;
                step = TOps.Count;
            }

            Join(sum, a0, a1, a2, a3, sums, dots);
            Join(sum, b0, b1, b2, b3, sums + 8, dots + 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TVector x, TVector first, TVector second, TVector third, TVector fourth, ref TVector a, ref TVector b,
        ref TVector c, ref TVector d)
    {
        a = TOps.MultiplyAdd(x, first, a);
        b = TOps.MultiplyAdd(x, second, b);
        c = TOps.MultiplyAdd(x, third, c);
        d = TOps.MultiplyAdd(x, fourth, d);
    }

    // (First + second) + (third + fourth) of the four sums of four pairs of rows; in the end, their lanes as SumNeighbours adds them up.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(int sum, TVector a, TVector b, TVector c, TVector d, TVector* sums, float* dots)
    {
        if (sum == 2)
        {
            sums += Rows;
        }

        if (sum % 2 == 1)
        {
            TVector* others = sums + (sum == 3 ? Rows : 0);
            a = TOps.Add(others[0], a);
            b = TOps.Add(others[1], b);
            c = TOps.Add(others[2], c);
            d = TOps.Add(others[3], d);
        }

        if (sum < 3)
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
