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
        float* bias = p.Bias == null ? null : p.Bias + n;
        for (int i = m; i < m + rows; i++)
        {
            long row = i * p.Ldc + n;
            Finish<TFunction>(p.C + row, bias, p.PreActivation == null ? null : p.PreActivation + row, columns);
        }
    }

    private static void Finish<TFunction>(float* c, float* bias, float* before, int count)
        where TFunction : struct, IUnaryFunction<TVector>
    {
        TFunction function = default;
        for (int i = 0; i < count; i += TOps.Count)
        {
            int left = count - i;
            TVector value = VectorTail<TOps, TVector>.LoadUpTo(c + i, left);
            if (bias != null)
            {
                value = TOps.Add(value, VectorTail<TOps, TVector>.LoadUpTo(bias + i, left));
            }

            if (before != null)
            {
                VectorTail<TOps, TVector>.StoreUpTo(value, before + i, left);
            }

            VectorTail<TOps, TVector>.StoreUpTo(function.Value(value), c + i, left);
        }
    }
}
