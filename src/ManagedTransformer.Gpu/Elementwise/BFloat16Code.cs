using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Conversions between Float32 and BFloat16, its upper half: one thread per element, in strides.</summary>
internal static class BFloat16Code
{
    /// <summary>Floats to halves.</summary>
    public static void Narrow(BFloat16Arguments arguments)
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            arguments.Halves[i] = Narrow(arguments.Floats[i]);
        }
    }

    /// <summary>Halves to floats.</summary>
    public static void Widen(BFloat16Arguments arguments)
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            arguments.Floats[i] = Widen(arguments.Halves[i]);
        }
    }

    /// <summary>Rounds to nearest even; NaN stays NaN (its upper half alone may read as infinity).</summary>
    public static ushort Narrow(float x)
    {
        uint bits = Interop.FloatAsInt(x);
        uint rounded = bits + 0x7FFFu + ((bits >> 16) & 1u);
        return (ushort)((GpuMath.IsNaN(x) ? bits | 0x00400000u : rounded) >> 16);
    }

    /// <summary>Exact.</summary>
    public static float Widen(ushort half) => Interop.IntAsFloat((uint)half << 16);
}
