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
    /// <summary>True if the micro-kernels can sum up where the value before the activation is kept, and nothing need be copied.</summary>
    public static bool SumsBeforeActivation(in GemmProblem p) => p.PreActivation != null && !p.Accumulate;

    /// <summary>True if the micro-kernel adds the bias, and rectifies where that is wanted, when it stores its sums.</summary>
    public static bool IsInKernel(in GemmProblem p) => SumsBeforeActivation(p)
        ? p.Bias != null
        : p.PreActivation == null && (p.Activation == Activation.Relu || (p.Activation == Activation.None && p.Bias != null));

    /// <summary>Finishes rows m to m + rows - 1, columns n to n + columns - 1, where C has the sums.</summary>
    public static void Apply(in GemmProblem p, int m, int rows, int n, int columns)
    {
        if (p.Bias != null || p.PreActivation != null || p.Activation != Activation.None)
        {
            Apply(p, m, rows, n, columns, isBefore: false);
        }
    }

    /// <summary>Applies the activation to rows and columns whose values before it are complete.</summary>
    public static void Activate(in GemmProblem p, int m, int rows, int n, int columns) => Apply(p, m, rows, n, columns, isBefore: true);

    private static void Apply(in GemmProblem p, int m, int rows, int n, int columns, bool isBefore)
    {
        switch (p.Activation)
        {
            case Activation.None: Apply<UnaryFunctions<TOps, TVector>.Identity>(p, m, rows, n, columns, isBefore); break;
            case Activation.Relu: Apply<UnaryFunctions<TOps, TVector>.Relu>(p, m, rows, n, columns, isBefore); break;
            case Activation.Gelu: Apply<UnaryFunctions<TOps, TVector>.Gelu>(p, m, rows, n, columns, isBefore); break;
            case Activation.GeluTanh: Apply<UnaryFunctions<TOps, TVector>.GeluTanh>(p, m, rows, n, columns, isBefore); break;
            case Activation.Silu: Apply<UnaryFunctions<TOps, TVector>.Silu>(p, m, rows, n, columns, isBefore); break;
            default: throw new NotSupportedException($"The CPU's matrix product has no activation {p.Activation}.");
        }
    }

    private static void Apply<TFunction>(in GemmProblem p, int m, int rows, int n, int columns, bool isBefore)
        where TFunction : unmanaged, IUnaryFunction<TVector>
    {
        if (!isBefore)
        {
            Finish<TFunction>(p, m, rows, n, columns);
            return;
        }

        float* before = p.PreActivation + (m * p.Ldc) + n, c = p.C + (m * p.Ldc) + n;
        for (int row = 0; row < rows; row++, before += p.Ldc, c += p.Ldc)
        {
            RowMap<TOps, TVector>.Apply(default(TFunction), before, c, columns);
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
