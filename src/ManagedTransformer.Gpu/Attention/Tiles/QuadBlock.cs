using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>The 4 x 4 numbers of a tile that one thread keeps in registers. Fields have names since arrays would lie in memory.</summary>
internal struct QuadBlock
{
    public Quad R0, R1, R2, R3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Of(Quad r0, Quad r1, Quad r2, Quad r3)
    {
        QuadBlock block;
        block.R0 = r0;
        block.R1 = r1;
        block.R2 = r2;
        block.R3 = r3;
        return block;
    }

    /// <summary>sum + a b^T for four numbers each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock AddOuter(QuadBlock sum, Quad a, Quad b) => Of(
        Quad.AddScaled(sum.R0, b, a.X), Quad.AddScaled(sum.R1, b, a.Y), Quad.AddScaled(sum.R2, b, a.Z), Quad.AddScaled(sum.R3, b, a.W));

    /// <summary>Every number times the same factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Scale(QuadBlock block, float factor) => ScaleRows(block, Quad.Of(factor));

    /// <summary>Every row times its factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock ScaleRows(QuadBlock block, Quad factors) => Of(
        Quad.Scale(block.R0, factors.X), Quad.Scale(block.R1, factors.Y), Quad.Scale(block.R2, factors.Z), Quad.Scale(block.R3, factors.W));

    /// <summary>Every row divided by its divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock DivideRows(QuadBlock block, Quad divisors) => Of(
        Quad.Divide(block.R0, divisors.X), Quad.Divide(block.R1, divisors.Y), Quad.Divide(block.R2, divisors.Z),
        Quad.Divide(block.R3, divisors.W));

    /// <summary>Every column times its factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock ScaleColumns(QuadBlock block, Quad factors) => Of(
        Quad.Multiply(block.R0, factors), Quad.Multiply(block.R1, factors), Quad.Multiply(block.R2, factors),
        Quad.Multiply(block.R3, factors));

    /// <summary>Every column plus its number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock AddColumns(QuadBlock block, Quad numbers) => Of(
        Quad.Add(block.R0, numbers), Quad.Add(block.R1, numbers), Quad.Add(block.R2, numbers), Quad.Add(block.R3, numbers));

    /// <summary>Every column minus its number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock SubtractColumns(QuadBlock block, Quad numbers) => Of(
        Quad.Subtract(block.R0, numbers), Quad.Subtract(block.R1, numbers), Quad.Subtract(block.R2, numbers),
        Quad.Subtract(block.R3, numbers));

    /// <summary>a b, element by element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Multiply(QuadBlock a, QuadBlock b) => Of(
        Quad.Multiply(a.R0, b.R0), Quad.Multiply(a.R1, b.R1), Quad.Multiply(a.R2, b.R2), Quad.Multiply(a.R3, b.R3));

    /// <summary>e^(row - shift) for every row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock ExpDifference(QuadBlock block, Quad shift) => Of(
        Quad.Exp(Quad.Subtract(block.R0, shift)), Quad.Exp(Quad.Subtract(block.R1, shift)),
        Quad.Exp(Quad.Subtract(block.R2, shift)), Quad.Exp(Quad.Subtract(block.R3, shift)));

    /// <summary>The sum of the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad SumRows(QuadBlock block) => Quad.Add(Quad.Add(block.R0, block.R1), Quad.Add(block.R2, block.R3));

    /// <summary>The largest number of every column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad MaxRows(QuadBlock block) => Quad.Max(Quad.Max(block.R0, block.R1), Quad.Max(block.R2, block.R3));

    /// <summary>Rows as columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Transpose(QuadBlock block) => Of(
        Quad.Of(block.R0.X, block.R1.X, block.R2.X, block.R3.X), Quad.Of(block.R0.Y, block.R1.Y, block.R2.Y, block.R3.Y),
        Quad.Of(block.R0.Z, block.R1.Z, block.R2.Z, block.R3.Z), Quad.Of(block.R0.W, block.R1.W, block.R2.W, block.R3.W));
}
