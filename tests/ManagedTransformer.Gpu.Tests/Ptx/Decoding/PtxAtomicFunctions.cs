namespace ManagedTransformer.Gpu.Tests;

/// <summary>What atomics make of the old value and their operands.</summary>
internal static class PtxAtomicFunctions
{
    private static readonly string[] _names = ["add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"];

    public static bool Contains(string name) => _names.Contains(name);

    public static Func<ulong, ulong, ulong, ulong> Get(string name, PtxType type) => (name, type.Kind) switch
    {
        ("add", 'f') => type.Bits == 32
            ? (old, b, _) => PtxBits.From(PtxBits.Float(old) + PtxBits.Float(b))
            : (old, b, _) => PtxBits.From(PtxBits.Double(old) + PtxBits.Double(b)),
        ("add", _) => (old, b, _) => (old + b) & type.Mask,
        ("min", 's') => (old, b, _) => (long)type.Extend(old) < (long)type.Extend(b) ? old : b,
        ("max", 's') => (old, b, _) => (long)type.Extend(old) > (long)type.Extend(b) ? old : b,
        ("min", 'u') => (old, b, _) => Math.Min(old, b),
        ("max", 'u') => (old, b, _) => Math.Max(old, b),
        ("and", 'b') => (old, b, _) => old & b,
        ("or", 'b') => (old, b, _) => old | b,
        ("xor", 'b') => (old, b, _) => old ^ b,
        ("exch", 'b') => (_, b, _) => b,
        ("cas", 'b') => (old, b, c) => old == b ? c : old,
        ("inc", 'u') => (old, b, _) => old >= b ? 0 : old + 1,
        ("dec", 'u') => (old, b, _) => old == 0 || old > b ? b : old - 1,
        _ => throw new PtxFault($"there is no atomic {name} of {type}"),
    };
}
