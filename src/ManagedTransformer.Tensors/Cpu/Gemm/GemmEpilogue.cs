using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// The end of a product: bias, copy of the value before the activation, and activation, in one pass over a finished block of C while it is
/// still in the cache.
/// </summary>
internal static unsafe class GemmEpilogue<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>True if there is something to do that the micro-kernel can do when it stores its sums.</summary>
    public static bool IsInKernel(in GemmProblem p) =>
        p.PreActivation == null && (p.Activation == Activation.Relu || (p.Activation == Activation.None && p.Bias != null));

    /// <summary>Finishes rows m to m + rows - 1, columns n to n + columns - 1.</summary>
    public static void Apply(in GemmProblem p, int m, int rows, int n, int columns)
    {
        if (p.Bias == null && p.PreActivation == null && p.Activation == Activation.None)
        {
            return;
        }

        switch (p.Activation)
        {
            case Activation.None: Finish<UnaryFunctions<TOps, TVector>.Identity>(p, m, rows, n, columns); break;
            case Activation.Relu: Finish<UnaryFunctions<TOps, TVector>.Relu>(p, m, rows, n, columns); break;
            case Activation.Gelu: Finish<UnaryFunctions<TOps, TVector>.Gelu>(p, m, rows, n, columns); break;
            case Activation.GeluTanh: Finish<UnaryFunctions<TOps, TVector>.GeluTanh>(p, m, rows, n, columns); break;
            case Activation.Silu: Finish<UnaryFunctions<TOps, TVector>.Silu>(p, m, rows, n, columns); break;
            default: throw new NotSupportedException($"The CPU's matrix product has no activation {p.Activation}.");
        }
    }

    private static void Finish<TFunction>(in GemmProblem p, int m, int rows, int n, int columns)
        where TFunction : struct, IUnaryFunction<TVector>
    {
        // Two vectors of columns at a time down the rows: the bias stays in registers, and narrow rows are as quick as wide ones.
        bool hasBias = p.Bias != null;
        for (int i = 0; i < columns; i += 2 * TOps.Count)
        {
            int left = columns - i, more = left - TOps.Count;
            float* bias = p.Bias + n + i;
            TVector first = hasBias ? VectorTail<TOps, TVector>.LoadUpTo(bias, left) : TOps.Zero;
            TVector second = hasBias && more > 0 ? VectorTail<TOps, TVector>.LoadUpTo(bias + TOps.Count, more) : TOps.Zero;
            float* c = p.C + (m * p.Ldc) + n + i, before = p.PreActivation == null ? null : p.PreActivation + (m * p.Ldc) + n + i;
            for (int row = 0; row < rows; row++, c += p.Ldc, before += before == null ? 0 : p.Ldc)
            {
                Finish<TFunction>(c, hasBias, first, before, left);
                if (more > 0)
                {
                    Finish<TFunction>(c + TOps.Count, hasBias, second, before == null ? null : before + TOps.Count, more);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TFunction>(float* c, bool hasBias, TVector bias, float* before, int count)
        where TFunction : struct, IUnaryFunction<TVector>
    {
        TFunction function = default;
        TVector value = VectorTail<TOps, TVector>.LoadUpTo(c, count);
        if (hasBias)
        {
            value = TOps.Add(value, bias);
        }

        if (before != null)
        {
            VectorTail<TOps, TVector>.StoreUpTo(value, before, count);
        }

        VectorTail<TOps, TVector>.StoreUpTo(function.Value(value), c, count);
    }
}
