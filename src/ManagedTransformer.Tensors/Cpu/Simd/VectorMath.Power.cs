using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Simd;

internal static unsafe partial class VectorMath
{
    /// <summary>
    /// a^b with the edge values of <see cref="MathF.Pow"/>, lane by lane: a float's logarithm has too few digits for large powers.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TVector Pow<TOps, TVector>(TVector a, TVector b)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        float* bases = (float*)&a;
        float* exponents = (float*)&b;
        for (int lane = 0; lane < TOps.Count; lane++)
        {
            bases[lane] = MathF.Pow(bases[lane], exponents[lane]);
        }

        return a;
    }
}
