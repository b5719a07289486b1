using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Four numbers in named fields, since an array would lie in memory: what a thread loads from shared memory at once, and a row of the
/// numbers that it keeps in registers.
/// </summary>
internal struct Quad
{
    public float X, Y, Z, W;

    /// <summary>The same number four times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Of(float value) => Of(value, value, value, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Of(float x, float y, float z, float w)
    {
        Quad quad;
        quad.X = x;
        quad.Y = y;
        quad.Z = z;
        quad.W = w;
        return quad;
    }

    /// <summary>a + b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Add(Quad a, Quad b) => Of(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    /// <summary>a - b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Subtract(Quad a, Quad b) => Of(a.X - b.X, a.Y - b.Y, a.Z - b.Z, a.W - b.W);

    /// <summary>a b, element by element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Multiply(Quad a, Quad b) => Of(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    /// <summary>a b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Scale(Quad a, float b) => Of(a.X * b, a.Y * b, a.Z * b, a.W * b);

    /// <summary>a / b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Divide(Quad a, float b) => Of(a.X / b, a.Y / b, a.Z / b, a.W / b);

    /// <summary>sum + a b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad AddScaled(Quad sum, Quad a, float b) => Of(
        FusedProduct.Add(a.X, b, sum.X), FusedProduct.Add(a.Y, b, sum.Y), FusedProduct.Add(a.Z, b, sum.Z), FusedProduct.Add(a.W, b, sum.W));

    /// <summary>The larger ones; NaN counts as smaller.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Max(Quad a, Quad b) =>
        Of(b.X > a.X ? b.X : a.X, b.Y > a.Y ? b.Y : a.Y, b.Z > a.Z ? b.Z : a.Z, b.W > a.W ? b.W : a.W);

    /// <summary>e^a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Exp(Quad a) => Of(GpuMath.Exp(a.X), GpuMath.Exp(a.Y), GpuMath.Exp(a.Z), GpuMath.Exp(a.W));

    /// <summary>1 / a, and 1 for 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad InverseOrOne(Quad a) => Of(InverseOrOne(a.X), InverseOrOne(a.Y), InverseOrOne(a.Z), InverseOrOne(a.W));

    /// <summary>1 / a, and 1 for 0.</summary>
    public static float InverseOrOne(float a) => a == 0 ? 1 : 1 / a;
}
