using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Products with at most 8 rows or columns, where the time goes into reading the wide operand once: every thread takes one vector of it and
/// a slice of K, multiplies what it reads with all thin vectors, and the slices of a vector are added in shared memory as a tree. Slices
/// interleave. Where the wide vectors lie along K, neighbouring threads share a vector (a warp reads a stretch of it); where they lie
/// across, neighbouring threads take neighbouring vectors.
/// </summary>
internal static class ThinCode
{
    public const int GroupSize = 256, MostVectors = 8;

    public static void Run<TCount, TElement>(ThinArguments g)
        where TCount : struct, IThinCount
        where TElement : struct, IMatrixElement
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(MostVectors * GroupSize);
        int vectors = GroupSize / g.Slices, blocks = (g.WideCount + vectors - 1) / vectors;
        int plane = Grid.IdxX / blocks, batch = plane / g.Product.Parts, part = plane - (batch * g.Product.Parts);
        int mine = g.SlicesInner != 0 ? Group.IdxX / g.Slices : Group.IdxX % vectors;
        int slice = g.SlicesInner != 0 ? Group.IdxX % g.Slices : Group.IdxX / vectors;
        int vector = ((Grid.IdxX - (plane * blocks)) * vectors) + mine;

        TileRow8 sums = Sums<TCount, TElement>(g, batch, part, slice, IntrinsicMath.Min(vector, g.WideCount - 1));
        Keep<TCount>(shared, sums);
        Group.Barrier();
        int distance = g.SlicesInner != 0 ? 1 : vectors;
        for (int half = g.Slices / 2; half > 0; half /= 2)
        {
            if (slice < half)
            {
                for (int i = 0; i < default(TCount).Count; i++)
                {
                    shared[(i * GroupSize) + Group.IdxX] += shared[(i * GroupSize) + Group.IdxX + (half * distance)];
                }
            }

            Group.Barrier();
        }

        if (slice == 0 && vector < g.WideCount)
        {
            for (int i = 0; i < g.ThinCount; i++)
            {
                int row = g.ThinIsRight != 0 ? vector : i, column = g.ThinIsRight != 0 ? i : vector;
                MatMulEpilogue.Store(g.Product, batch, part, row, column, shared[(i * GroupSize) + Group.IdxX]);
            }
        }
    }

    private static TileRow8 Sums<TCount, TElement>(ThinArguments g, int batch, int part, int slice, int vector)
        where TCount : struct, IThinCount
        where TElement : struct, IMatrixElement
    {
        int from = part * g.Product.PartDepth, to = IntrinsicMath.Min(g.Product.K, from + g.Product.PartDepth);
        long wide = (batch * g.WideBatchStride) + (vector * g.WideStride), thin = batch * g.ThinBatchStride;
        TileRow8 sums = default;
        int k = from + slice, step = g.Slices;

        // Four numbers on their way at once: nothing else hides the time that memory takes.
        for (; k + (3 * step) < to; k += 4 * step)
        {
            float w0 = default(TElement).Load(g.Wide, g.Halves, wide + (k * g.WideStep));
            float w1 = default(TElement).Load(g.Wide, g.Halves, wide + ((k + step) * g.WideStep));
            float w2 = default(TElement).Load(g.Wide, g.Halves, wide + ((k + (2 * step)) * g.WideStep));
            float w3 = default(TElement).Load(g.Wide, g.Halves, wide + ((k + (3 * step)) * g.WideStep));
            sums = Add<TCount>(sums, g, thin + (k * g.ThinStep), w0);
            sums = Add<TCount>(sums, g, thin + ((k + step) * g.ThinStep), w1);
            sums = Add<TCount>(sums, g, thin + ((k + (2 * step)) * g.ThinStep), w2);
            sums = Add<TCount>(sums, g, thin + ((k + (3 * step)) * g.ThinStep), w3);
        }

        for (; k < to; k += step)
        {
            sums = Add<TCount>(sums, g, thin + (k * g.ThinStep), default(TElement).Load(g.Wide, g.Halves, wide + (k * g.WideStep)));
        }

        return sums;
    }

    // Vectors beyond the last repeat it and are not stored.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TileRow8 Add<TCount>(TileRow8 sums, ThinArguments g, long place, float factor)
        where TCount : struct, IThinCount
    {
        int last = g.ThinCount - 1;
        sums.Left.X = FusedProduct.Add(factor, g.Thin[place], sums.Left.X);
        if (default(TCount).Count > 1)
        {
            sums.Left.Y = FusedProduct.Add(factor, g.Thin[place + (IntrinsicMath.Min(1, last) * g.ThinStride)], sums.Left.Y);
        }

        if (default(TCount).Count > 2)
        {
            sums.Left.Z = FusedProduct.Add(factor, g.Thin[place + (IntrinsicMath.Min(2, last) * g.ThinStride)], sums.Left.Z);
            sums.Left.W = FusedProduct.Add(factor, g.Thin[place + (IntrinsicMath.Min(3, last) * g.ThinStride)], sums.Left.W);
        }

        if (default(TCount).Count > 4)
        {
            sums.Right.X = FusedProduct.Add(factor, g.Thin[place + (IntrinsicMath.Min(4, last) * g.ThinStride)], sums.Right.X);
            sums.Right.Y = FusedProduct.Add(factor, g.Thin[place + (IntrinsicMath.Min(5, last) * g.ThinStride)], sums.Right.Y);
            sums.Right.Z = FusedProduct.Add(factor, g.Thin[place + (IntrinsicMath.Min(6, last) * g.ThinStride)], sums.Right.Z);
            sums.Right.W = FusedProduct.Add(factor, g.Thin[place + (IntrinsicMath.Min(7, last) * g.ThinStride)], sums.Right.W);
        }

        return sums;
    }

    private static void Keep<TCount>(ArrayView<float> shared, TileRow8 sums)
        where TCount : struct, IThinCount
    {
        int t = Group.IdxX;
        shared[t] = sums.Left.X;
        if (default(TCount).Count > 1)
        {
            shared[GroupSize + t] = sums.Left.Y;
        }

        if (default(TCount).Count > 2)
        {
            shared[(2 * GroupSize) + t] = sums.Left.Z;
            shared[(3 * GroupSize) + t] = sums.Left.W;
        }

        if (default(TCount).Count > 4)
        {
            shared[(4 * GroupSize) + t] = sums.Right.X;
            shared[(5 * GroupSize) + t] = sums.Right.Y;
            shared[(6 * GroupSize) + t] = sums.Right.Z;
            shared[(7 * GroupSize) + t] = sums.Right.W;
        }
    }
}
