using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The innermost loop of a matrix product: a tile of C in registers, one step over k at a time.</summary>
/// <remarks>
/// The tile has up to 12 rows and one or two vectors per row; both are constants to the compiler, which keeps one accumulator per vector in
/// a register and drops the rows that a smaller tile lacks. Element (r, k) of A stands at a[r * aRow + k * aStep], so packed panels,
/// row-major and transposed matrices all fit; k-th row of B stands at b + k * bStep. The sum over k runs in ascending order from zero,
/// whatever the tile.
/// </remarks>
internal static unsafe class GemmKernel<TOps, TVector, TRows, TVectors, TKind>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TRows : struct, IConstant
    where TVectors : struct, IConstant
    where TKind : struct, ITileKind
{
    /// <summary>
    /// Steps before the end at which the rows of C are asked for: asked for at the start, they would have left the first cache again, from
    /// which the panels of A and B drive everything.
    /// </summary>
    private const int StepsAhead = 64;

    /// <summary>
    /// C = alpha * A B, or C + alpha * A B if accumulating, plus the bias of every column if there is one, negative results then raised to
    /// 0 if they are to be rectified; for <paramref name="tiles"/> whole tiles below each other, or for one of another kind. What
    /// <paramref name="extras"/> holds is read as far as TKind says.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int tiles, nint k, float* firstA, nint aRow, nint aStep, float* firstB, nint bStep, float* c, nint ldc,
        GemmTileExtras* extras)
    {
        do
        {
            float* a = firstA, b = firstB;
            float* ahead = TKind.AsksAhead ? extras->Ahead.Start : null;
            nint aheadStep = TKind.AsksAhead ? extras->Ahead.Step : 0;
            TVector c0 = TOps.Zero, d0 = TOps.Zero;
            TVector c1 = TOps.Zero, d1 = TOps.Zero;
            TVector c2 = TOps.Zero, d2 = TOps.Zero;
            TVector c3 = TOps.Zero, d3 = TOps.Zero;
            TVector c4 = TOps.Zero, d4 = TOps.Zero;
            TVector c5 = TOps.Zero, d5 = TOps.Zero;
            TVector c6 = TOps.Zero, d6 = TOps.Zero;
            TVector c7 = TOps.Zero, d7 = TOps.Zero;
            TVector c8 = TOps.Zero, d8 = TOps.Zero;
            TVector c9 = TOps.Zero, d9 = TOps.Zero;
            TVector c10 = TOps.Zero, d10 = TOps.Zero;
            TVector c11 = TOps.Zero, d11 = TOps.Zero;

            nint aRow2 = 2 * aRow;
            float* a3 = a + 3 * aRow, a6 = a3 + 3 * aRow, a9 = a6 + 3 * aRow;
            nint aBytes = aStep * sizeof(float), bBytes = bStep * sizeof(float), aheadBytes = aheadStep * sizeof(float);
            nint lastSteps = Math.Min(k, StepsAhead), steps = k - lastSteps;
            while (steps + lastSteps > 0)
            {
                if (steps == 0)
                {
                    AskFor(c, ldc);
                    (steps, lastSteps) = (lastSteps, 0);
                }

                // Tested at its end: the compiler does not turn a loop within a loop, and every step would jump twice.
                do
                {
                    TVector b0 = TOps.Load(b);
                    TVector b1 = TVectors.Value > 1 ? TOps.Load(b + TOps.Count) : b0;
                    Step(*a, b0, b1, ref c0, ref d0);
                    if (TRows.Value > 1)
                    {
                        Step(a[aRow], b0, b1, ref c1, ref d1);
                    }

                    if (TRows.Value > 2)
                    {
                        Step(a[aRow2], b0, b1, ref c2, ref d2);
                    }

                    if (TRows.Value > 3)
                    {
                        Step(*a3, b0, b1, ref c3, ref d3);
                    }

                    if (TRows.Value > 4)
                    {
                        Step(a3[aRow], b0, b1, ref c4, ref d4);
                    }

                    if (TRows.Value > 5)
                    {
                        Step(a3[aRow2], b0, b1, ref c5, ref d5);
                    }

                    if (TRows.Value > 6)
                    {
                        Step(*a6, b0, b1, ref c6, ref d6);
                    }

                    if (TRows.Value > 7)
                    {
                        Step(a6[aRow], b0, b1, ref c7, ref d7);
                    }

                    if (TRows.Value > 8)
                    {
                        Step(a6[aRow2], b0, b1, ref c8, ref d8);
                    }

                    if (TRows.Value > 9)
                    {
                        Step(*a9, b0, b1, ref c9, ref d9);
                    }

                    if (TRows.Value > 10)
                    {
                        Step(a9[aRow], b0, b1, ref c10, ref d10);
                    }

                    if (TRows.Value > 11)
                    {
                        Step(a9[aRow2], b0, b1, ref c11, ref d11);
                    }

                    if (TKind.AsksAhead)
                    {
                        Prefetch.Element(ahead);
                        ahead = After(ahead, aheadBytes);
                    }

                    a = After(a, aBytes);
                    a3 = After(a3, aBytes);
                    a6 = After(a6, aBytes);
                    a9 = After(a9, aBytes);
                    b = After(b, bBytes);
                }
                while (--steps != 0);
            }

            float* bias = TKind.Finishes ? extras->Bias : null;
            bool rectify = TKind.Finishes && extras->Rectify;
            int lastLanes = TKind.IsWhole ? TOps.Count : extras->Last;
            float alpha = TKind.IsWhole ? 1 : extras->Alpha;
            bool accumulate = TKind.IsWhole ? TKind.Adds : extras->Accumulate;
            if (!TKind.IsWhole && TOps.Registers < 32 && lastLanes < TOps.Count)
            {
                // Part of a vector is stored by a call, across which sums would live in memory: all through the loop, where registers are
                // few. One list of rows for both ways, with another target, is as slow as no second way.
                int width = TVectors.Value * TOps.Count;
                float* tile = extras->Room;
                Keep(c0, d0, tile);
                if (TRows.Value > 1)
                {
                    Keep(c1, d1, tile + width);
                }

                if (TRows.Value > 2)
                {
                    Keep(c2, d2, tile + 2 * width);
                }

                if (TRows.Value > 3)
                {
                    Keep(c3, d3, tile + 3 * width);
                }

                if (TRows.Value > 4)
                {
                    Keep(c4, d4, tile + 4 * width);
                }

                if (TRows.Value > 5)
                {
                    Keep(c5, d5, tile + 5 * width);
                }

                if (TRows.Value > 6)
                {
                    Keep(c6, d6, tile + 6 * width);
                }

                if (TRows.Value > 7)
                {
                    Keep(c7, d7, tile + 7 * width);
                }

                if (TRows.Value > 8)
                {
                    Keep(c8, d8, tile + 8 * width);
                }

                if (TRows.Value > 9)
                {
                    Keep(c9, d9, tile + 9 * width);
                }

                if (TRows.Value > 10)
                {
                    Keep(c10, d10, tile + 10 * width);
                }

                if (TRows.Value > 11)
                {
                    Keep(c11, d11, tile + 11 * width);
                }

                Merge(tile, c, ldc, lastLanes, alpha, accumulate, bias, rectify);
                return;
            }

            int lanes = TKind.IsWhole || TOps.Registers < 32 ? TOps.Count : lastLanes;
            TVector factor = TOps.Broadcast(alpha);
            bool hasBias = TKind.Finishes && bias != null;
            Load(bias, lanes, out TVector bias0, out TVector bias1);
            Store(c0, d0, c, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            if (TRows.Value > 1)
            {
                Store(c1, d1, c + ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            if (TRows.Value > 2)
            {
                Store(c2, d2, c + 2 * ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            if (TRows.Value > 3)
            {
                Store(c3, d3, c + 3 * ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            if (TRows.Value > 4)
            {
                Store(c4, d4, c + 4 * ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            if (TRows.Value > 5)
            {
                Store(c5, d5, c + 5 * ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            if (TRows.Value > 6)
            {
                Store(c6, d6, c + 6 * ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            if (TRows.Value > 7)
            {
                Store(c7, d7, c + 7 * ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            if (TRows.Value > 8)
            {
                Store(c8, d8, c + 8 * ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            if (TRows.Value > 9)
            {
                Store(c9, d9, c + 9 * ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            if (TRows.Value > 10)
            {
                Store(c10, d10, c + 10 * ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            if (TRows.Value > 11)
            {
                Store(c11, d11, c + 11 * ldc, lanes, factor, accumulate, hasBias, bias0, bias1, rectify);
            }

            firstA += TRows.Value * aRow;
            c += TRows.Value * ldc;
        }
        while (TKind.IsWhole && --tiles > 0);
    }

    /// <summary>Asks for the rows of C, which are needed when the sums are complete.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AskFor(float* c, nint ldc)
    {
        for (int row = 0; row < TRows.Value; row++, c += ldc)
        {
            Prefetch.Soon(c);
            if (TVectors.Value * TOps.Count > Prefetch.Line)
            {
                Prefetch.Soon(c + TOps.Count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* After(float* place, nint bytes) => (float*)((byte*)place + bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(float a, TVector b0, TVector b1, ref TVector c, ref TVector d)
    {
        TVector factor = TOps.Broadcast(a);
        c = TOps.MultiplyAdd(factor, b0, c);
        if (TVectors.Value > 1)
        {
            d = TOps.MultiplyAdd(factor, b1, d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(TVector sum0, TVector sum1, float* row)
    {
        TOps.Store(sum0, row);
        if (TVectors.Value > 1)
        {
            TOps.Store(sum1, row + TOps.Count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Merge(float* tile, float* c, nint ldc, int last, float alpha, bool accumulate, float* bias, bool rectify)
    {
        TVector factor = TOps.Broadcast(alpha);
        Load(bias, last, out TVector bias0, out TVector bias1);
        for (int row = 0; row < TRows.Value; row++, tile += TVectors.Value * TOps.Count, c += ldc)
        {
            TVector sum0 = TOps.Load(tile), sum1 = TVectors.Value > 1 ? TOps.Load(tile + TOps.Count) : sum0;
            Store(sum0, sum1, c, last, factor, accumulate, TKind.Finishes && bias != null, bias0, bias1, rectify);
        }
    }

    /// <summary>Biases of the first and of the last vector of a row, or anything where there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(float* bias, int last, out TVector bias0, out TVector bias1)
    {
        (bias0, bias1) = (TOps.Zero, TOps.Zero);
        if (TKind.Finishes && bias != null)
        {
            bias0 = TVectors.Value > 1 ? TOps.Load(bias) : TOps.Zero;
            bias1 = VectorTail<TOps, TVector>.LoadUpTo(bias + ((TVectors.Value - 1) * TOps.Count), last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector sum0, TVector sum1, float* c, int last, TVector factor, bool accumulate, bool hasBias, TVector bias0,
        TVector bias1, bool rectify)
    {
        if (TVectors.Value > 1)
        {
            TVector whole = Scaled(sum0, c, factor, accumulate);
            TOps.Store(Finish(whole, hasBias, bias0, rectify), c);
            sum0 = sum1;
            c += TOps.Count;
        }

        if (last == TOps.Count)
        {
            TVector whole = Scaled(sum0, c, factor, accumulate);
            TOps.Store(Finish(whole, hasBias, bias1, rectify), c);
        }
        else
        {
            TVector part = accumulate ? TOps.MultiplyAdd(sum0, factor, TOps.LoadFirst(c, last)) : TOps.Multiply(sum0, factor);
            TOps.StoreFirst(Finish(part, hasBias, bias1, rectify), c, last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Scaled(TVector sum, float* c, TVector factor, bool accumulate)
    {
        if (TKind.IsWhole)
        {
            return accumulate ? TOps.Add(sum, TOps.Load(c)) : sum;
        }

        return accumulate ? TOps.MultiplyAdd(sum, factor, TOps.Load(c)) : TOps.Multiply(sum, factor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Finish(TVector value, bool hasBias, TVector bias, bool rectify)
    {
        value = TKind.Finishes && hasBias ? TOps.Add(value, bias) : value;
        return TKind.Finishes && rectify ? VectorMath.Relu<TOps, TVector>(value) : value;
    }
}
