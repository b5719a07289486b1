using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Products with a stored [N, K] factor of BFloat16. One or two rows of A read it in place; for many of them, some columns of C at a time,
/// its rows are widened into memory that stays in the cache. Both give what the product with the widened factor gives.
/// </summary>
internal static unsafe class GemmBFloat16<TOps, TVector, TRows>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TRows : struct, IConstant
{
    /// <summary>Floats that are widened at a time, if that gives enough columns to share.</summary>
    private const int Widened = 1 << 19, LeastColumns = 256;

    /// <summary>Computes the problem; B is transposed and the batch is 1.</summary>
    public static void Run(in GemmProblem p)
    {
        if (Gemm.IsDot(p))
        {
            GemmDot<TOps, TVector, StoredBFloat16<TOps, TVector>>.Run(p);
            return;
        }

        int columns = Math.Min(p.N, Math.Max(LeastColumns, Widened / Math.Max(1, p.K)));
        using var widened = new PooledScratch((long)columns * p.K);
        GemmProblem part = p;
        part.BFloat16B = null;
        part.B = widened.Floats;
        part.Ldb = p.K;
        for (int n = 0; n < p.N; n += columns)
        {
            part.N = Math.Min(columns, p.N - n);
            part.C = p.C + n;
            part.Bias = p.Bias == null ? null : p.Bias + n;
            part.PreActivation = p.PreActivation == null ? null : p.PreActivation + n;
            var job = new WidenJob { Source = p.BFloat16B + n * p.Ldb, Stride = p.Ldb, Target = widened.Floats, Width = p.K };
            Ranges.RunRows(part.N, p.K, ref job);
            Gemm.RunSingle<TOps, TVector, TRows>(part);
        }
    }

    private struct WidenJob : IRangeJob
    {
        public ushort* Source;
        public long Stride;
        public float* Target;
        public int Width;

        public readonly void Execute(long start, long end)
        {
            for (long row = start; row < end; row++)
            {
                BFloat16Conversion<TOps, TVector>.WidenRow(Source + row * Stride, Target + row * Width, Width);
            }
        }
    }
}
