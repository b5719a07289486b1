namespace ManagedTransformer.Gpu.Tests;

/// <summary>A type of PTX: <c>f32</c>, <c>s64</c>, <c>b16</c>, <c>pred</c>, …</summary>
/// <param name="Kind">f, s, u, b or p.</param>
/// <param name="Bits">Width; 1 of a predicate.</param>
internal readonly record struct PtxType(char Kind, int Bits)
{
    public int Bytes => Bits / 8;

    public bool IsFloat => Kind == 'f';

    public bool IsSigned => Kind == 's';

    /// <summary>The bits of a value that belong to the type.</summary>
    public ulong Mask => Bits == 64 ? ulong.MaxValue : (1UL << Bits) - 1;

    /// <summary>Reads a type's name.</summary>
    public static bool TryParse(string name, out PtxType type)
    {
        if (name == "pred")
        {
            type = new PtxType('p', 1);
            return true;
        }

        type = default;
        if (name.Length < 2 || !"fsub".Contains(name[0], StringComparison.Ordinal)
            || !int.TryParse(name.AsSpan(1), out int bits) || bits is not (8 or 16 or 32 or 64))
        {
            return false;
        }

        type = new PtxType(name[0], bits);
        return true;
    }

    public static PtxType Parse(string name) =>
        TryParse(name, out PtxType type) ? type : throw new PtxFault($"'{name}' is no type that the interpreter knows");

    /// <summary>A value of this type as a number of 64 bits, signed types sign-extended.</summary>
    public ulong Extend(ulong value) => (Kind, Bits) switch
    {
        ('s', 8) => (ulong)(sbyte)value,
        ('s', 16) => (ulong)(short)value,
        ('s', 32) => (ulong)(int)value,
        _ => value & Mask,
    };

    public override string ToString() => Kind == 'p' ? "pred" : $"{Kind}{Bits}";
}
