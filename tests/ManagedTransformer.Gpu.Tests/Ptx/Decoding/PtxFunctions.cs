using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>The arithmetic of PTX. Products and sums are never fused here; an assembler may do so where no rounding is named.</summary>
internal static class PtxFunctions
{
    public static Func<ulong, ulong> Unary(PtxStatement s, PtxType type) => type switch
    {
        { Kind: 'f', Bits: 32 } when s.Name == "testp" => TestFloat(s.Parts[1]),
        { Kind: 'f', Bits: 32 } => Modified(s, UnaryFloat(s)),
        { Kind: 'f' } => UnaryDouble(s),
        _ => UnaryInteger(s, type),
    };

    public static Func<ulong, ulong, ulong> Binary(PtxStatement s, PtxType type) => type switch
    {
        { Kind: 'f', Bits: 32 } => Modified(s, BinaryFloat(s)),
        { Kind: 'f' } => BinaryDouble(s),
        _ => BinaryInteger(s, type),
    };

    public static Func<ulong, ulong, ulong, ulong> Ternary(PtxStatement s, PtxType type) => (s.Name, type.Kind, type.Bits) switch
    {
        ("fma" or "mad", 'f', 32) => Fused(s),
        ("fma" or "mad", 'f', _) => (a, b, c) =>
            PtxBits.From(Math.FusedMultiplyAdd(PtxBits.Double(a), PtxBits.Double(b), PtxBits.Double(c))),
        ("mad", 's', _) when s.Has("wide") => (a, b, c) => (ulong)((long)type.Extend(a) * (long)type.Extend(b)) + c,
        ("mad", _, _) when s.Has("wide") => (a, b, c) => (type.Extend(a) * type.Extend(b)) + c,
        ("mad", _, _) when s.Has("lo") => (a, b, c) => ((a * b) + c) & type.Mask,
        ("mad", _, _) when s.Has("hi") => (a, b, c) => (High(type, a, b) + c) & type.Mask,
        ("bfe", _, 32) => (a, b, c) => Extract((uint)a, (int)(b & 255), (int)(c & 255), type.IsSigned),
        ("shf", _, 32) => FunnelShift(s),
        ("prmt", _, 32) when s.Parts.Length == 2 => Permute,
        _ => throw Unknown(),
    };

    private static Func<ulong, ulong> UnaryFloat(PtxStatement s) => s.Name switch
    {
        "neg" => x => x ^ 0x80000000,
        "abs" => x => x & 0x7FFFFFFF,
        "sqrt" => x => PtxBits.From(MathF.Sqrt(PtxBits.Float(x))),
        "rcp" => x => PtxBits.From(1 / PtxBits.Float(x)),

        // The approximate ones lose bits here as they do on a card, so that a kernel that relies on more is found.
        "rsqrt" => x => PtxBits.From((float)(1 / Math.Sqrt(PtxBits.Float(x)))) & ~3UL,
        "ex2" => x => PtxBits.From((float)Math.Pow(2, PtxBits.Float(x))) & ~3UL,
        "lg2" => x => PtxBits.From((float)Math.Log2(PtxBits.Float(x))) & ~3UL,
        "sin" => x => PtxBits.From((float)Math.Sin(PtxBits.Float(x))) & ~15UL,
        "cos" => x => PtxBits.From((float)Math.Cos(PtxBits.Float(x))) & ~15UL,
        "tanh" => x => PtxBits.From((float)Math.Tanh(PtxBits.Float(x))) & ~0x1FFFUL,
        _ => throw Unknown(),
    };

    private static Func<ulong, ulong> UnaryDouble(PtxStatement s) => s.Name switch
    {
        "neg" => x => x ^ (1UL << 63),
        "abs" => x => x & ~(1UL << 63),
        "sqrt" => x => PtxBits.From(Math.Sqrt(PtxBits.Double(x))),
        "rcp" => x => PtxBits.From(1 / PtxBits.Double(x)),
        "testp" when s.Has("notanumber") => x => PtxBits.From(double.IsNaN(PtxBits.Double(x))),
        _ => throw Unknown(),
    };

    private static Func<ulong, ulong> TestFloat(string test) => test switch
    {
        "notanumber" => x => PtxBits.From(float.IsNaN(PtxBits.Float(x))),
        "number" => x => PtxBits.From(!float.IsNaN(PtxBits.Float(x))),
        "infinite" => x => PtxBits.From(float.IsInfinity(PtxBits.Float(x))),
        "finite" => x => PtxBits.From(float.IsFinite(PtxBits.Float(x))),
        "normal" => x => PtxBits.From(float.IsNormal(PtxBits.Float(x))),
        "subnormal" => x => PtxBits.From(float.IsSubnormal(PtxBits.Float(x))),
        _ => throw Unknown(),
    };

    private static Func<ulong, ulong> UnaryInteger(PtxStatement s, PtxType type) => s.Name switch
    {
        "neg" => x => (0 - x) & type.Mask,
        "abs" => x => (long)type.Extend(x) < 0 ? (0 - x) & type.Mask : x,
        "not" => x => ~x & type.Mask,
        "popc" => x => (uint)BitOperations.PopCount(x & type.Mask),
        "clz" => x => (uint)BitOperations.LeadingZeroCount(x & type.Mask) - (64 - (uint)type.Bits),
        "bfind" => x => (x & type.Mask) == 0 ? uint.MaxValue : (uint)BitOperations.Log2(x & type.Mask),
        "brev" => x => Reverse(x, type.Bits),
        _ => throw Unknown(),
    };

    private static Func<ulong, ulong, ulong> BinaryFloat(PtxStatement s) => s.Name switch
    {
        "add" => (a, b) => PtxBits.From(PtxBits.Float(a) + PtxBits.Float(b)),
        "sub" => (a, b) => PtxBits.From(PtxBits.Float(a) - PtxBits.Float(b)),
        "mul" => (a, b) => PtxBits.From(PtxBits.Float(a) * PtxBits.Float(b)),
        "div" => (a, b) => PtxBits.From(PtxBits.Float(a) / PtxBits.Float(b)),
        "min" when s.Has("NaN") => (a, b) => PtxBits.From(MathF.Min(PtxBits.Float(a), PtxBits.Float(b))),
        "max" when s.Has("NaN") => (a, b) => PtxBits.From(MathF.Max(PtxBits.Float(a), PtxBits.Float(b))),

        // Of a number and a NaN the number.
        "min" => (a, b) => PtxBits.From(float.MinNumber(PtxBits.Float(a), PtxBits.Float(b))),
        "max" => (a, b) => PtxBits.From(float.MaxNumber(PtxBits.Float(a), PtxBits.Float(b))),
        "copysign" => (a, b) => (a & 0x80000000) | (b & 0x7FFFFFFF),
        _ => throw Unknown(),
    };

    private static Func<ulong, ulong, ulong> BinaryDouble(PtxStatement s) => s.Name switch
    {
        "add" => (a, b) => PtxBits.From(PtxBits.Double(a) + PtxBits.Double(b)),
        "sub" => (a, b) => PtxBits.From(PtxBits.Double(a) - PtxBits.Double(b)),
        "mul" => (a, b) => PtxBits.From(PtxBits.Double(a) * PtxBits.Double(b)),
        "div" => (a, b) => PtxBits.From(PtxBits.Double(a) / PtxBits.Double(b)),
        "min" => (a, b) => PtxBits.From(double.MinNumber(PtxBits.Double(a), PtxBits.Double(b))),
        "max" => (a, b) => PtxBits.From(double.MaxNumber(PtxBits.Double(a), PtxBits.Double(b))),
        "copysign" => (a, b) => (a & (1UL << 63)) | (b & ~(1UL << 63)),
        _ => throw Unknown(),
    };

    private static Func<ulong, ulong, ulong> BinaryInteger(PtxStatement s, PtxType type)
    {
        ulong mask = type.Mask;
        return (s.Name, type.IsSigned) switch
        {
            ("add", _) => (a, b) => (a + b) & mask,
            ("sub", _) => (a, b) => (a - b) & mask,
            ("mul", true) when s.Has("wide") => (a, b) => (ulong)((long)type.Extend(a) * (long)type.Extend(b)),
            ("mul", _) when s.Has("wide") => (a, b) => type.Extend(a) * type.Extend(b),
            ("mul", _) when s.Has("hi") => (a, b) => High(type, a, b),
            ("mul", _) when s.Has("lo") => (a, b) => (a * b) & mask,
            ("div", true) => (a, b) => Divide(type, a, b, remainder: false),
            ("rem", true) => (a, b) => Divide(type, a, b, remainder: true),
            ("div", _) => (a, b) => b == 0 ? mask : type.Extend(a) / type.Extend(b),
            ("rem", _) => (a, b) => b == 0 ? a : type.Extend(a) % type.Extend(b),
            ("min", true) => (a, b) => (long)type.Extend(a) < (long)type.Extend(b) ? a : b,
            ("max", true) => (a, b) => (long)type.Extend(a) > (long)type.Extend(b) ? a : b,
            ("min", _) => (a, b) => type.Extend(a) < type.Extend(b) ? a : b,
            ("max", _) => (a, b) => type.Extend(a) > type.Extend(b) ? a : b,
            ("and", _) => (a, b) => a & b & mask,
            ("or", _) => (a, b) => (a | b) & mask,
            ("xor", _) => (a, b) => (a ^ b) & mask,
            ("shl", _) => (a, b) => (uint)b >= type.Bits ? 0 : (a << (int)b) & mask,
            ("shr", true) => (a, b) => (ulong)((long)type.Extend(a) >> (int)Math.Min((uint)b, 63)) & mask,
            ("shr", _) => (a, b) => (uint)b >= type.Bits ? 0 : type.Extend(a) >> (int)b,
            _ => throw Unknown(),
        };
    }

    private static Func<ulong, ulong, ulong, ulong> Fused(PtxStatement s)
    {
        Func<ulong, ulong> flush = s.Has("ftz") ? Flush : x => x;
        Func<ulong, ulong> clamp = s.Has("sat") ? Saturate : x => x;
        return s.Has("ftz") || s.Has("sat")
            ? (a, b, c) => clamp(flush(
                PtxBits.From(MathF.FusedMultiplyAdd(PtxBits.Float(flush(a)), PtxBits.Float(flush(b)), PtxBits.Float(flush(c))))))
            : (a, b, c) => PtxBits.From(MathF.FusedMultiplyAdd(PtxBits.Float(a), PtxBits.Float(b), PtxBits.Float(c)));
    }

    // .ftz takes subnormal numbers for zero, .sat limits the result to 0 .. 1.
    private static Func<ulong, ulong> Modified(PtxStatement s, Func<ulong, ulong> function)
    {
        Func<ulong, ulong> flushed = s.Has("ftz") ? x => Flush(function(Flush(x))) : function;
        return s.Has("sat") ? x => Saturate(flushed(x)) : flushed;
    }

    private static Func<ulong, ulong, ulong> Modified(PtxStatement s, Func<ulong, ulong, ulong> function)
    {
        Func<ulong, ulong, ulong> flushed = s.Has("ftz") ? (a, b) => Flush(function(Flush(a), Flush(b))) : function;
        return s.Has("sat") ? (a, b) => Saturate(flushed(a, b)) : flushed;
    }

    private static ulong Flush(ulong x) => float.IsSubnormal(PtxBits.Float(x)) ? x & 0x80000000 : x;

    private static ulong Saturate(ulong x) => float.IsNaN(PtxBits.Float(x)) ? 0 : PtxBits.From(Math.Clamp(PtxBits.Float(x), 0, 1));

    private static ulong High(PtxType type, ulong a, ulong b) => type switch
    {
        { IsSigned: true, Bits: 64 } => (ulong)Math.BigMul((long)a, (long)b, out _),
        { Bits: 64 } => Math.BigMul(a, b, out _),
        { IsSigned: true } => (ulong)((long)type.Extend(a) * (long)type.Extend(b) >> type.Bits) & type.Mask,
        _ => (type.Extend(a) * type.Extend(b)) >> type.Bits,
    };

    // Division by zero and overflow do not trap on a device.
    private static ulong Divide(PtxType type, ulong a, ulong b, bool remainder)
    {
        long x = (long)type.Extend(a), y = (long)type.Extend(b);
        return y switch
        {
            0 => remainder ? a : type.Mask,
            -1 => remainder ? 0 : (ulong)-x & type.Mask,
            _ => (ulong)(remainder ? x % y : x / y) & type.Mask,
        };
    }

    private static ulong Reverse(ulong value, int bits)
    {
        ulong result = 0;
        for (int i = 0; i < bits; i++)
        {
            result |= (value >> i & 1) << (bits - 1 - i);
        }

        return result;
    }

    private static ulong Extract(uint value, int start, int length, bool isSigned)
    {
        if (length == 0)
        {
            return 0;
        }

        long number = isSigned ? (int)value : value;
        int kept = Math.Min(length, 32);
        long field = number >> Math.Min(start, 63) << (64 - kept);
        return (uint)(isSigned ? field >> (64 - kept) : (long)((ulong)field >> (64 - kept)));
    }

    private static Func<ulong, ulong, ulong, ulong> FunnelShift(PtxStatement s)
    {
        bool left = s.Has("l"), wraps = s.Has("wrap");
        return (low, high, c) =>
        {
            int shift = wraps ? (int)(c & 31) : (int)Math.Min(c, 32);
            ulong both = (high << 32) | (uint)low;
            return (uint)(left ? both << shift >> 32 : both >> shift);
        };
    }

    private static ulong Permute(ulong a, ulong b, ulong selector)
    {
        ulong bytes = (b << 32) | (uint)a, result = 0;
        for (int i = 0; i < 4; i++)
        {
            ulong control = selector >> (4 * i) & 15, value = bytes >> (int)(8 * (control & 7)) & 255;
            result |= ((control & 8) == 0 ? value : (value & 128) != 0 ? 255u : 0) << (8 * i);
        }

        return result;
    }

    private static PtxFault Unknown() => new("the interpreter does not know this instruction");
}
