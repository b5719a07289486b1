using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Single-precision matrix products on <see cref="WorkerPool.Shared"/>.</summary>
/// <remarks>
/// Every element of C sums over k in an order that the shape of the problem fixes, so results do not depend on the number of threads. The
/// arithmetic is fused multiply-add in float32 where the processor has it. Nothing is allocated on the managed heap.
/// </remarks>
internal static unsafe class Gemm
{
    /// <summary>Up to so many rows, dot products beat packing a transposed B.</summary>
    private const int DotRows = 12;

    /// <summary>Up to so many columns, dot products beat packing a transposed B.</summary>
    private const int DotColumns = 4;

    /// <summary>Computes the problem; returns when C is complete.</summary>
    public static void Run(in GemmProblem problem)
    {
        GemmProblem p = problem;
        if (p.M <= 0 || p.N <= 0 || p.Batch <= 0)
        {
            return;
        }

        Normalise(ref p);
        if (p.Batch > 1)
        {
            GemmBatch.Run(p);
        }
        else
        {
            RunSingle(p);
        }
    }

    /// <summary>Computes a problem whose batch is 1.</summary>
    internal static void RunSingle(in GemmProblem p)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            RunSingle<Vector512<float>, Lanes512, Constants.C12, Constants.C32>(p);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            RunSingle<Vector256<float>, Lanes256, Constants.C6, Constants.C16>(p);
        }
        else if (AdvSimd.IsSupported)
        {
            RunSingle<Vector128<float>, Lanes128, Constants.C12, Constants.C8>(p);
        }
        else
        {
            RunSingle<Vector128<float>, Lanes128, Constants.C6, Constants.C8>(p);
        }
    }

    /// <summary>
    /// Computes a problem whose batch is 1 with the given vectors and micro-tile: TRows rows and TWidth = two vectors of columns.
    /// </summary>
    internal static void RunSingle<TVector, TLanes, TRows, TWidth>(in GemmProblem p)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
        where TRows : struct, IConstant
        where TWidth : struct, IConstant
    {
        if (p.HalvesB != null)
        {
            GemmHalves<TVector, TLanes, TRows, TWidth>.Run(p);
        }
        else if (IsDot(p))
        {
            GemmDot<TVector, TLanes, StoredFloats<TVector, TLanes>>.Run(p);
        }
        else if (p.M <= GemmFewRows<TVector, TLanes>.MostRows && !p.TransposeB)
        {
            GemmFewRows<TVector, TLanes>.Run(p);
        }
        else
        {
            GemmBlocked<TVector, TLanes, TRows, TWidth>.Run(p);
        }
    }

    /// <summary>Whether the elements of C are computed as dot products of rows that are read in place.</summary>
    internal static bool IsDot(in GemmProblem p) => p.TransposeB && !p.TransposeA && (p.M < DotRows || p.N <= DotColumns);

    /// <summary>
    /// Rewrites what has a form that runs faster: vectors that are their own transposes, and products that share B and stack to one.
    /// </summary>
    private static void Normalise(ref GemmProblem p)
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
