using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Single-precision matrix products on <see cref="WorkerPool.Shared"/>.</summary>
/// <remarks>
/// Every element of C sums over k in an order that the shape of the problem fixes, so results do not depend on the number of threads. The
/// arithmetic is fused multiply-add in float32 where the processor has it. Nothing is allocated on the managed heap.
/// </remarks>
internal static unsafe class Gemm
{
    /// <summary>Up to so many rows, dot products beat packing a transposed B; one of BFloat16 would be widened before.</summary>
    private const int DotRows = 16, BFloat16DotRows = 48;

    /// <summary>From so many rows on, and for more than <see cref="DotColumns"/>, rows of B are packed to be used by several.</summary>
    private const int TiledRows = 3;

    /// <summary>Up to so many columns, dot products beat packing a transposed B.</summary>
    private const int DotColumns = 4;

    /// <summary>Computes the problem; returns when C is complete.</summary>
    public static void Run<TOps, TVector>(in GemmProblem problem)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        GemmProblem p = problem;
        if (p.M <= 0 || p.N <= 0 || p.Batch <= 0)
        {
            return;
        }

        if (p.BatchInvariant && p.M > 1)
        {
            RowByRow<TOps, TVector>(p);
            return;
        }

        Simplify(ref p);
        if (p.Batch > 1)
        {
            GemmBatch<TOps, TVector>.Run(p);
        }
        else
        {
            RunSingle<TOps, TVector>(p);
        }
    }

    /// <summary>Computes a problem whose batch is 1.</summary>
    internal static void RunSingle<TOps, TVector>(in GemmProblem p)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        // The sums of a micro-tile, two vectors for each row, take up three quarters of the registers.
        if (TOps.Registers >= 32)
        {
            RunSingle<TOps, TVector, Constants.C12>(p);
        }
        else
        {
            RunSingle<TOps, TVector, Constants.C6>(p);
        }
    }

    /// <summary>Computes a problem whose batch is 1 with micro-tiles of <typeparamref name="TRows"/> rows.</summary>
    internal static void RunSingle<TOps, TVector, TRows>(in GemmProblem p)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
        where TRows : struct, IConstant
    {
        if (IsTiled(p))
        {
            GemmDotTiles<TOps, TVector>.Run(p);
        }
        else if (p.BFloat16B != null)
        {
            GemmBFloat16<TOps, TVector, TRows>.Run(p);
        }
        else if (IsDot(p))
        {
            GemmDot<TOps, TVector, StoredFloats<TOps, TVector>>.Run(p);
        }
        else if (p.M <= GemmFewRows<TOps, TVector>.MostRows && !p.TransposeB)
        {
            GemmFewRows<TOps, TVector>.Run(p);
        }
        else
        {
            GemmBlocked<TOps, TVector, TRows>.Run(p);
        }
    }

    /// <summary>True where the elements of C are computed as dot products of rows that are read in place.</summary>
    internal static bool IsDot(in GemmProblem p) => HasDotRows(p) && (p.M < TiledRows || p.N <= DotColumns);

    private static bool IsTiled(in GemmProblem p) =>
        HasDotRows(p) && p.M >= TiledRows && p.N > DotColumns && p.M <= (p.BFloat16B != null ? BFloat16DotRows : DotRows);

    private static bool HasDotRows(in GemmProblem p) => p.TransposeB && !p.TransposeA;

    /// <summary>Gives every row of C the bits that it has as the only row.</summary>
    private static void RowByRow<TOps, TVector>(GemmProblem p)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        if (p.Batch == 1 && HasDotRows(p))
        {
            GemmDotTiles<TOps, TVector>.Run(p);
            return;
        }

        int rows = p.M;
        p.M = 1;
        for (int m = 0; m < rows; m++)
        {
            Run<TOps, TVector>(p);
            p.A += p.TransposeA ? 1 : p.Lda;
            p.C += p.Ldc;
            p.PreActivation = p.PreActivation == null ? null : p.PreActivation + p.Ldc;
        }
    }

    /// <summary>
    /// Rewrites what has a form that runs faster: vectors that are their own transposes, and products that share B and stack to one.
    /// </summary>
    private static void Simplify(ref GemmProblem p)
    {
        if (p.TransposeA && p.M == 1 && p.Lda == 1)
        {
            p.TransposeA = false;
            p.Lda = p.K;
        }

        if (!p.TransposeB && p.N == 1 && p.Ldb == 1)
        {
            p.TransposeB = true;
            p.Ldb = p.K;
        }

        if (p.Batch > 1 && p.BatchStrideB == 0 && p.BatchStrideBias == 0 && !p.TransposeA && p.BatchStrideA == p.M * p.Lda
            && p.BatchStrideC == p.M * p.Ldc
            && (long)p.M * p.Batch <= int.MaxValue)
        {
            p.M *= p.Batch;
            p.Batch = 1;
        }
    }
}
