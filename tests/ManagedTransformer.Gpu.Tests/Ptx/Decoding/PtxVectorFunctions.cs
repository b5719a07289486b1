using System.Runtime.Intrinsics.X86;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// The instructions that kernels spend their time with, in a form for four lanes at once; null for all others and on processors without the
/// vectors. <see cref="PtxFunctions"/> has all of them, lane by lane, with the same results.
/// </summary>
internal static class PtxVectorFunctions
{
    private static bool IsAvailable { get; } = Avx2.IsSupported && Fma.IsSupported;

    public static PtxInstruction? Unary(PtxStatement s, PtxType type, int d, int a) => (s.Name, type.Kind) switch
    {
        _ when !IsPlain(s) => null,
        ("neg", 'f') => new PtxVectorUnary<PtxIntegerVectors.Flip>(d, a, new(1UL << (type.Bits - 1))),
        ("abs", 'f') => new PtxVectorUnary<PtxIntegerVectors.Keep>(d, a, new(type.Mask >> 1)),
        _ => null,
    };

    public static PtxInstruction? Binary(PtxStatement s, PtxType type, int d, int a, int b) => type switch
    {
        _ when !IsPlain(s) => null,
        { Kind: 'f', Bits: 32 } => Floats(s, d, a, b),
        { Kind: 'f' } => Doubles(s, d, a, b),
        _ => Integers(s, type, d, a, b),
    };

    public static PtxInstruction? Ternary(PtxStatement s, PtxType type, int d, int a, int b, int c) => (s.Name, type.Kind, type.Bits) switch
    {
        _ when !IsPlain(s) => null,
        ("fma" or "mad", 'f', 32) => new PtxVectorTernary<PtxFloatVectors.Fused>(d, a, b, c, default),
        ("fma" or "mad", 'f', _) => new PtxVectorTernary<PtxFloatVectors.FusedDouble>(d, a, b, c, default),
        ("mad", 's', 32) when s.Has("wide") => new PtxVectorTernary<PtxIntegerVectors.MultiplyAddSignedWide>(d, a, b, c, default),
        ("mad", _, 32) when s.Has("wide") => new PtxVectorTernary<PtxIntegerVectors.MultiplyAddShort>(d, a, b, c, new(ulong.MaxValue)),
        ("mad", _, 32) when s.Has("lo") => new PtxVectorTernary<PtxIntegerVectors.MultiplyAddShort>(d, a, b, c, new(type.Mask)),
        ("mad", _, 64) when s.Has("lo") => new PtxVectorTernary<PtxIntegerVectors.MultiplyAddLong>(d, a, b, c, default),
        _ => null,
    };

    public static PtxInstruction? Selection(int d, int a, int b, int c) =>
        IsAvailable ? new PtxVectorTernary<PtxIntegerVectors.Select>(d, a, b, c, default) : null;

    public static PtxInstruction Move(int d, int a) => new PtxVectorUnary<PtxIntegerVectors.Move>(d, a, default);

    /// <summary>Adds the same number in all lanes.</summary>
    public static PtxInstruction Shift(int d, int a, ulong added) => new PtxVectorUnary<PtxIntegerVectors.AddConstant>(d, a, new(added));

    /// <summary>Between whole numbers.</summary>
    public static PtxInstruction? Conversion(PtxStatement s, string to, string from, int d, int a)
    {
        if (!IsPlain(s) || !PtxType.TryParse(to, out PtxType target) || !PtxType.TryParse(from, out PtxType source)
            || target.IsFloat || source.IsFloat || (target.IsSigned && target.Bits < 32))
        {
            return null;
        }

        return source.IsSigned && source.Bits < target.Bits
            ? new PtxVectorUnary<PtxIntegerVectors.ExtendSign>(d, a, new(source.Mask, target.Mask))
            : new PtxVectorUnary<PtxIntegerVectors.Keep>(d, a, new(source.Mask & target.Mask));
    }

    public static PtxInstruction? Comparison(string name, PtxType type, int d, int a, int b)
    {
        if (!IsAvailable || type.Kind == 'p')
        {
            return null;
        }

        if (type.IsFloat)
        {
            return type.Bits == 32 ? FloatComparison(name, d, a, b) : null;
        }

        int shift = 64 - type.Bits;
        return name switch
        {
            "eq" => new PtxVectorBinary<PtxComparisonVectors.Equal>(d, a, b, new(shift, 0)),
            "ne" => new PtxVectorBinary<PtxComparisonVectors.Equal>(d, a, b, new(shift, 1)),
            "lt" or "lo" => Less(type, d, a, b, 0),
            "gt" or "hi" => Less(type, d, b, a, 0),
            "ge" or "hs" => Less(type, d, a, b, 1),
            "le" or "ls" => Less(type, d, b, a, 1),
            _ => null,
        };
    }

    // Without the modifiers of which only the form lane by lane knows what they mean.
    private static bool IsPlain(PtxStatement s) => IsAvailable && !s.Has("ftz") && !s.Has("sat") && !s.Has("cc");

    private static PtxInstruction Less(PtxType type, int d, int a, int b, ulong flip) => type.IsSigned
        ? new PtxVectorBinary<PtxComparisonVectors.LessSigned>(d, a, b, new(64 - type.Bits, flip))
        : new PtxVectorBinary<PtxComparisonVectors.Less>(d, a, b, new(64 - type.Bits, flip));

    private static PtxInstruction? FloatComparison(string name, int d, int a, int b) => name switch
    {
        "eq" => new PtxVectorBinary<PtxComparisonVectors.EqualFloats>(d, a, b, new(0)),
        "neu" => new PtxVectorBinary<PtxComparisonVectors.EqualFloats>(d, a, b, new(1)),
        "lt" => new PtxVectorBinary<PtxComparisonVectors.LessFloats>(d, a, b, new(0)),
        "gt" => new PtxVectorBinary<PtxComparisonVectors.LessFloats>(d, b, a, new(0)),
        "geu" => new PtxVectorBinary<PtxComparisonVectors.LessFloats>(d, a, b, new(1)),
        "leu" => new PtxVectorBinary<PtxComparisonVectors.LessFloats>(d, b, a, new(1)),
        "le" => new PtxVectorBinary<PtxComparisonVectors.LessOrEqualFloats>(d, a, b, new(0)),
        "ge" => new PtxVectorBinary<PtxComparisonVectors.LessOrEqualFloats>(d, b, a, new(0)),
        "gtu" => new PtxVectorBinary<PtxComparisonVectors.LessOrEqualFloats>(d, a, b, new(1)),
        "ltu" => new PtxVectorBinary<PtxComparisonVectors.LessOrEqualFloats>(d, b, a, new(1)),
        _ => null,
    };

    private static PtxInstruction? Floats(PtxStatement s, int d, int a, int b) => s.Name switch
    {
        "add" => new PtxVectorBinary<PtxFloatVectors.Add>(d, a, b, default),
        "sub" => new PtxVectorBinary<PtxFloatVectors.Subtract>(d, a, b, default),
        "mul" => new PtxVectorBinary<PtxFloatVectors.Multiply>(d, a, b, default),
        "div" => new PtxVectorBinary<PtxFloatVectors.Divide>(d, a, b, default),
        _ => null,
    };

    private static PtxInstruction? Doubles(PtxStatement s, int d, int a, int b) => s.Name switch
    {
        "add" => new PtxVectorBinary<PtxFloatVectors.AddDouble>(d, a, b, default),
        "sub" => new PtxVectorBinary<PtxFloatVectors.SubtractDouble>(d, a, b, default),
        "mul" => new PtxVectorBinary<PtxFloatVectors.MultiplyDouble>(d, a, b, default),
        _ => null,
    };

    private static PtxInstruction? Integers(PtxStatement s, PtxType type, int d, int a, int b) => s.Name switch
    {
        "add" => new PtxVectorBinary<PtxIntegerVectors.Add>(d, a, b, new(type.Mask)),
        "sub" => new PtxVectorBinary<PtxIntegerVectors.Subtract>(d, a, b, new(type.Mask)),
        "mul" when s.Has("wide") => type switch
        {
            { Bits: 32, IsSigned: true } => new PtxVectorBinary<PtxIntegerVectors.MultiplySignedWide>(d, a, b, default),
            { Bits: 32 } => new PtxVectorBinary<PtxIntegerVectors.MultiplyWide>(d, a, b, default),
            _ => null,
        },
        "mul" when s.Has("lo") => type.Bits == 64
            ? new PtxVectorBinary<PtxIntegerVectors.MultiplyLong>(d, a, b, default)
            : new PtxVectorBinary<PtxIntegerVectors.MultiplyShort>(d, a, b, new(type.Mask)),
        "and" => new PtxVectorBinary<PtxIntegerVectors.And>(d, a, b, new(type.Mask)),
        "or" => new PtxVectorBinary<PtxIntegerVectors.Or>(d, a, b, new(type.Mask)),
        "xor" => new PtxVectorBinary<PtxIntegerVectors.ExclusiveOr>(d, a, b, new(type.Mask)),
        "shl" => new PtxVectorBinary<PtxIntegerVectors.ShiftLeft>(d, a, b, new(type.Mask)),
        "shr" when !type.IsSigned => new PtxVectorBinary<PtxIntegerVectors.ShiftRight>(d, a, b, new(type.Mask)),
        _ => null,
    };
}
