using System.Numerics;
using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>What happens to a finished block of C while it is still in the cache: bias, copy of the value before the activation, activation.</summary>
internal static unsafe class GemmEpilogue
{
    /// <summary>Finishes rows m to m + rows - 1, columns n to n + columns - 1.</summary>
    public static void Apply(in GemmProblem p, int m, int rows, int n, int columns)
    {
        if (p.Bias == null && p.PreActivation == null && p.Activation == Activation.None)
            return;
        for (int i = m; i < m + rows; i++)
        {
            float* c = p.C + i * p.Ldc + n;
            if (p.Bias != null)
                Add(c, p.Bias + n, columns);
            if (p.PreActivation != null)
                new ReadOnlySpan<float>(c, columns).CopyTo(new Span<float>(p.PreActivation + i * p.Ldc + n, columns));
            Activate(p.Activation, c, columns);
        }
    }

    private static void Activate(Activation activation, float* x, int count)
    {
        if (activation == Activation.None)
            return;
        if (Vector512.IsHardwareAccelerated)
            Activate<Vector512Ops, Vector512<float>>(activation, x, count);
        else if (Vector256.IsHardwareAccelerated)
            Activate<Vector256Ops, Vector256<float>>(activation, x, count);
        else
            Activate<Vector128Ops, Vector128<float>>(activation, x, count);
    }

    private static void Activate<TOps, TVector>(Activation activation, float* x, int count)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        switch (activation)
        {
            case Activation.Relu: Map<TOps, TVector, UnaryFunctions<TOps, TVector>.Relu>(x, count); break;
            case Activation.Gelu: Map<TOps, TVector, UnaryFunctions<TOps, TVector>.Gelu>(x, count); break;
            case Activation.GeluTanh: Map<TOps, TVector, UnaryFunctions<TOps, TVector>.GeluTanh>(x, count); break;
            case Activation.Silu: Map<TOps, TVector, UnaryFunctions<TOps, TVector>.Silu>(x, count); break;
            default: throw new NotSupportedException($"The CPU's matrix product has no activation {activation}.");
        }
    }

    private static void Map<TOps, TVector, TFunction>(float* x, int count)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
        where TFunction : struct, IUnaryFunction<TVector>
    {
        TFunction function = default;
        int i = 0;
        for (; i + TOps.Count <= count; i += TOps.Count)
            TOps.Store(function.Value(TOps.Load(x + i)), x + i);
        if (i < count)
            VectorTail<TOps, TVector>.StoreUpTo(function.Value(VectorTail<TOps, TVector>.LoadUpTo(x + i, count - i)), x + i, count - i);
    }

    private static void Add(float* x, float* y, int count)
    {
        int i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
            (Vector.Load(x + i) + Vector.Load(y + i)).Store(x + i);
        for (; i < count; i++)
            x[i] += y[i];
    }
}
