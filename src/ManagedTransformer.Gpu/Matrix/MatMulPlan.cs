using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Choice of the kernel for a product, and of the number of parts into which K is cut so that there is work for all multiprocessors. It
/// depends on the shape and the device alone: the same product gives the same bits every time.
/// </summary>
/// <param name="Method">The kernel.</param>
/// <param name="Parts">Parts of K.</param>
/// <param name="PartDepth">The length of a part.</param>
/// <param name="Slices">For thin products: threads that share the K of a vector.</param>
internal readonly record struct MatMulPlan(MatMulMethod Method, int Parts, int PartDepth, int Slices)
{
    /// <summary>Every part but the last is a multiple of this, so that slices of K stay whole.</summary>
    public const int DepthUnit = 32;

    // A part must be long enough to pay for writing and reading its sums.
    private const int LeastTileDepth = 256, LeastThinDepth = 1024;

    /// <summary>The plan for a product of at least one element.</summary>
    /// <param name="problem">The product.</param>
    /// <param name="multiprocessors">Of the device.</param>
    public static MatMulPlan For(in MatMulProblem problem, int multiprocessors)
    {
        long wanted = 2L * multiprocessors;
        if (problem.M <= ThinCode.MostVectors)
        {
            return Thin(MatMulMethod.FewRows, problem.N, problem.K, problem.Batch, problem.TransposeB, wanted);
        }

        if (problem.N <= ThinCode.MostVectors && problem.TypeOfB == DType.Float32)
        {
            return Thin(MatMulMethod.FewColumns, problem.M, problem.K, problem.Batch, !problem.TransposeA, wanted);
        }

        bool large = problem.M > 64 && problem.N > 64 && 4 * Tiles(problem, 128) >= 3L * multiprocessors;
        (int parts, int depth) = Cut(problem.K, LeastTileDepth, wanted / Tiles(problem, large ? 128 : 64));
        return new MatMulPlan(large ? MatMulMethod.LargeTiles : MatMulMethod.SmallTiles, parts, depth, 0);
    }

    private static MatMulPlan Thin(MatMulMethod method, int vectors, int k, int batch, bool alongK, long wanted)
    {
        // Neighbouring threads read neighbouring numbers either way: of one vector, or of 32 vectors.
        int slices = alongK ? 32 : 8;
        while (slices > 1 && k < 2 * slices)
        {
            slices /= 2;
        }

        while (alongK && slices < ThinCode.GroupSize && k >= 8 * slices && Groups(slices) < wanted)
        {
            slices *= 2;
        }

        (int parts, int depth) = Cut(k, LeastThinDepth, wanted / Groups(slices));
        return new MatMulPlan(method, parts, depth, slices);

        long Groups(int count) => (((long)vectors * count) + ThinCode.GroupSize - 1) / ThinCode.GroupSize * batch;
    }

    private static (int Parts, int Depth) Cut(int k, int least, long wanted)
    {
        int parts = (int)Math.Max(1, Math.Min(wanted, k / least));
        int depth = (((k + parts - 1) / parts) + DepthUnit - 1) / DepthUnit * DepthUnit;
        depth = Math.Max(depth, DepthUnit);
        return (Math.Max(1, (k + depth - 1) / depth), depth);
    }

    private static long Tiles(in MatMulProblem problem, int width) =>
        (problem.M + width - 1L) / width * ((problem.N + width - 1L) / width) * problem.Batch;
}
