namespace ManagedTransformer.Gpu.Tests;

/// <summary>Comparisons by name. With a NaN the plain ones are false, those that end in u true.</summary>
internal static class PtxComparisons
{
    public static Func<ulong, ulong, bool> Get(string name, PtxType type) => type.Kind switch
    {
        'f' when type.Bits == 32 => Floats(name),
        'f' => Doubles(name),
        'p' => throw new PtxFault("predicates are not compared"),
        _ => Integers(name, type),
    };

    private static Func<ulong, ulong, bool> Floats(string name) => name switch
    {
        "eq" => (a, b) => PtxBits.Float(a) == PtxBits.Float(b),
        "ne" => (a, b) => PtxBits.Float(a) < PtxBits.Float(b) || PtxBits.Float(a) > PtxBits.Float(b),
        "lt" => (a, b) => PtxBits.Float(a) < PtxBits.Float(b),
        "le" => (a, b) => PtxBits.Float(a) <= PtxBits.Float(b),
        "gt" => (a, b) => PtxBits.Float(a) > PtxBits.Float(b),
        "ge" => (a, b) => PtxBits.Float(a) >= PtxBits.Float(b),
        _ => (a, b) => Unusual(name, PtxBits.Float(a), PtxBits.Float(b)),
    };

    private static Func<ulong, ulong, bool> Doubles(string name) => name switch
    {
        "eq" => (a, b) => PtxBits.Double(a) == PtxBits.Double(b),
        "ne" => (a, b) => PtxBits.Double(a) < PtxBits.Double(b) || PtxBits.Double(a) > PtxBits.Double(b),
        "lt" => (a, b) => PtxBits.Double(a) < PtxBits.Double(b),
        "le" => (a, b) => PtxBits.Double(a) <= PtxBits.Double(b),
        "gt" => (a, b) => PtxBits.Double(a) > PtxBits.Double(b),
        "ge" => (a, b) => PtxBits.Double(a) >= PtxBits.Double(b),
        _ => (a, b) => Unusual(name, PtxBits.Double(a), PtxBits.Double(b)),
    };

    private static bool Unusual(string name, double a, double b) => name switch
    {
        "equ" => !(a < b || a > b),
        "neu" => a != b,
        "ltu" => !(a >= b),
        "leu" => !(a > b),
        "gtu" => !(a <= b),
        "geu" => !(a < b),
        "num" => !double.IsNaN(a) && !double.IsNaN(b),
        "nan" => double.IsNaN(a) || double.IsNaN(b),
        _ => throw new PtxFault($"there is no comparison {name}"),
    };

    private static Func<ulong, ulong, bool> Integers(string name, PtxType type) => (name, type.IsSigned) switch
    {
        ("eq", _) => (a, b) => type.Extend(a) == type.Extend(b),
        ("ne", _) => (a, b) => type.Extend(a) != type.Extend(b),
        ("lt", true) => (a, b) => (long)type.Extend(a) < (long)type.Extend(b),
        ("le", true) => (a, b) => (long)type.Extend(a) <= (long)type.Extend(b),
        ("gt", true) => (a, b) => (long)type.Extend(a) > (long)type.Extend(b),
        ("ge", true) => (a, b) => (long)type.Extend(a) >= (long)type.Extend(b),
        ("lt" or "lo", false) => (a, b) => type.Extend(a) < type.Extend(b),
        ("le" or "ls", false) => (a, b) => type.Extend(a) <= type.Extend(b),
        ("gt" or "hi", false) => (a, b) => type.Extend(a) > type.Extend(b),
        ("ge" or "hs", false) => (a, b) => type.Extend(a) >= type.Extend(b),
        _ => throw new PtxFault($"there is no comparison {name} of {type}"),
    };
}
