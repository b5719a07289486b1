namespace ManagedTransformer.Gpu.Tests;

/// <summary>cvt: between numbers of all kinds.</summary>
internal static class PtxConversions
{
    /// <summary>The type of a register that holds such a number.</summary>
    public static PtxType RegisterType(string type) => type switch
    {
        "tf32" => new PtxType('b', 32),
        "bf16" or "f16" => new PtxType('b', 16),
        _ => PtxType.Parse(type),
    };

    /// <summary>Two float32 numbers, the first one into the upper half.</summary>
    public static Func<ulong, ulong, ulong> PackBFloat16(PtxStatement statement) => statement.Has("rn") && !statement.Has("relu")
        ? (high, low) => (BFloat16(PtxBits.Float(high)) << 16) | BFloat16(PtxBits.Float(low))
        : throw new PtxFault("the interpreter rounds to bf16 by rn only");

    public static Func<ulong, ulong> Get(PtxStatement statement, string to, string from)
    {
        if (to == "tf32")
        {
            return statement.Has("rna") ? x => Tf32((uint)x) : throw new PtxFault("the interpreter rounds to tf32 by rna only");
        }

        bool fromFloat = from is "f16" or "bf16" || PtxType.Parse(from).IsFloat,
            toFloat = to is "f16" or "bf16" || PtxType.Parse(to).IsFloat;
        if (!fromFloat && !toFloat)
        {
            return Integers(PtxType.Parse(to), PtxType.Parse(from), statement.Has("sat"));
        }

        if (!fromFloat)
        {
            return FromInteger(to, PtxType.Parse(from));
        }

        Func<ulong, double> read = Reader(from);
        Func<double, double> round = Rounding(statement, from == to || !toFloat);
        if (!toFloat)
        {
            PtxType type = PtxType.Parse(to);
            return x => ToInteger(round(read(x)), type);
        }

        Func<double, ulong> write = Writer(to);
        return statement.Has("sat") ? x => write(double.IsNaN(read(x)) ? 0 : Math.Clamp(read(x), 0, 1)) : x => write(round(read(x)));
    }

    private static Func<ulong, ulong> Integers(PtxType to, PtxType from, bool saturates)
    {
        if (!saturates)
        {
            return x => Widened(from.Extend(x), to);
        }

        (Int128 least, Int128 most) = Range(to);
        return x =>
        {
            Int128 value = from.IsSigned ? (long)from.Extend(x) : from.Extend(x);
            return (ulong)Int128.Clamp(value, least, most) & to.Mask;
        };
    }

    // A result narrower than its register is extended to it; 32 bits are enough, since what reads a register looks at no more than its own
    // type's bits.
    private static ulong Widened(ulong value, PtxType to) => to.IsSigned && to.Bits < 32 ? (uint)to.Extend(value) : value & to.Mask;

    private static Func<ulong, ulong> FromInteger(string to, PtxType from) => (to, from.IsSigned) switch
    {
        ("f32", true) => x => PtxBits.From((float)(long)from.Extend(x)),
        ("f32", false) => x => PtxBits.From((float)from.Extend(x)),
        ("f64", true) => x => PtxBits.From((double)(long)from.Extend(x)),
        ("f64", false) => x => PtxBits.From((double)from.Extend(x)),
        _ => throw new PtxFault($"the interpreter does not convert integers to {to}"),
    };

    private static ulong ToInteger(double value, PtxType to)
    {
        (Int128 least, Int128 most) = Range(to);
        if (double.IsNaN(value))
        {
            return 0;
        }

        Int128 number = value >= (double)most ? most : value <= (double)least ? least : (Int128)value;
        return (ulong)number & to.Mask;
    }

    private static (Int128 Least, Int128 Most) Range(PtxType type) => type.IsSigned
        ? (-(Int128.One << (type.Bits - 1)), (Int128.One << (type.Bits - 1)) - 1)
        : (0, (Int128.One << type.Bits) - 1);

    private static Func<double, double> Rounding(PtxStatement statement, bool toWhole) => statement switch
    {
        _ when statement.Has("rni") => x => Math.Round(x, MidpointRounding.ToEven),
        _ when statement.Has("rmi") => Math.Floor,
        _ when statement.Has("rpi") => Math.Ceiling,
        _ when statement.Has("rzi") => Math.Truncate,
        _ when statement.Has("rz") || statement.Has("rm") || statement.Has("rp")
            => throw new PtxFault("the interpreter rounds between kinds of float by rn only"),
        _ when toWhole && !statement.Has("f32") && !statement.Has("f64")
            => throw new PtxFault("a conversion to an integer says how it rounds"),
        _ => x => x,
    };

    private static Func<ulong, double> Reader(string type) => type switch
    {
        "f32" => x => PtxBits.Float(x),
        "f64" => PtxBits.Double,
        "bf16" => x => PtxBits.Float((x & 0xFFFF) << 16),
        "f16" => x => (double)BitConverter.UInt16BitsToHalf((ushort)x),
        _ => throw new PtxFault($"the interpreter does not know {type}"),
    };

    private static Func<double, ulong> Writer(string type) => type switch
    {
        "f32" => x => PtxBits.From((float)x),
        "f64" => PtxBits.From,
        "bf16" => x => BFloat16((float)x),
        "f16" => x => BitConverter.HalfToUInt16Bits((Half)x),
        _ => throw new PtxFault($"the interpreter does not know {type}"),
    };

    private static ulong BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? 0x7FFFu : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    }

    private static ulong Tf32(uint bits) => (bits & 0x7F800000) == 0x7F800000 ? bits : (bits + 0x1000) & ~0x1FFFu;
}
