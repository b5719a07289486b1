namespace ManagedTransformer.Gpu.Tests;

// What each thread computes for itself.
internal sealed partial class PtxDecoder
{
    private PtxInstruction Arithmetic(PtxStatement s)
    {
        PtxType type = s.Type;
        bool isWide = s.Has("wide");
        PtxType result = isWide ? type with { Bits = 2 * type.Bits }
            : s.Name is "popc" or "clz" or "bfind" ? new PtxType('u', 32) : s.Name == "testp" ? _predicate : type;
        int destination = Destination(s, 0, result);
        switch (s.Operands.Length)
        {
            case 2:
                int only = Source(s, 1, type);
                return PtxVectorFunctions.Unary(s, type, destination, only)
                    ?? new PtxUnary(destination, only, PtxFunctions.Unary(s, type));
            case 3:
                int left = Source(s, 1, type), right = Source(s, 2, s.Name is "shl" or "shr" ? _b32 : type);
                return PtxVectorFunctions.Binary(s, type, destination, left, right)
                    ?? new PtxBinary(destination, left, right, PtxFunctions.Binary(s, type));
            case 4:
                PtxType second = s.Name == "bfe" ? _b32 : type;
                PtxType third = isWide ? result : s.Name is "bfe" or "shf" or "prmt" ? _b32 : type;
                int a = Source(s, 1, type), b = Source(s, 2, second), c = Source(s, 3, third);
                return PtxVectorFunctions.Ternary(s, type, destination, a, b, c)
                    ?? new PtxTernary(destination, a, b, c, PtxFunctions.Ternary(s, type));
            case 5 when s.Name == "lop3":
                return LogicTable(s, destination, type);
            default:
                throw new PtxFault("the interpreter does not know this instruction");
        }
    }

    private PtxTernary LogicTable(PtxStatement s, int destination, PtxType type)
    {
        uint table = (uint)Literal(s.Operands[4], type);
        return new PtxTernary(destination, Source(s, 1, type), Source(s, 2, type), Source(s, 3, type), (a, b, c) =>
        {
            ulong value = 0;
            for (int row = 0; row < 8; row++)
            {
                if ((table >> row & 1) != 0)
                {
                    value |= ((row & 4) != 0 ? a : ~a) & ((row & 2) != 0 ? b : ~b) & ((row & 1) != 0 ? c : ~c);
                }
            }

            return value & type.Mask;
        });
    }

    private PtxInstruction Conversion(PtxStatement s)
    {
        string to = s.Parts[^2], from = s.Parts[^1];
        if (to == "bf16x2")
        {
            return new PtxBinary(Destination(s, 0, _b32), Source(s, 1, new PtxType('f', 32)),
                Source(s, 2, new PtxType('f', 32)), PtxConversions.PackBFloat16(s));
        }

        int destination = Destination(s, 0, PtxConversions.RegisterType(to), mayBeWider: true);
        int source = Source(s, 1, PtxConversions.RegisterType(from), mayBeWider: true);
        return PtxVectorFunctions.Conversion(s, to, from, destination, source)
            ?? new PtxUnary(destination, source, PtxConversions.Get(s, to, from));
    }

    private PtxInstruction Comparison(PtxStatement s)
    {
        PtxType type = s.Type;
        string[] targets = s.Operands[0].Split('|');
        int destination = Register(s, targets[0].Trim(), _predicate), a = Source(s, 1, type), b = Source(s, 2, type);
        Func<ulong, ulong, bool> compare = PtxComparisons.Get(s.Parts[1], type);
        if (targets.Length > 1 || s.Operands.Length > 4)
        {
            throw new PtxFault("the interpreter knows comparisons with one result");
        }

        if (s.Operands.Length == 3)
        {
            return PtxVectorFunctions.Comparison(s.Parts[1], type, destination, a, b)
                ?? new PtxBinary(destination, a, b, (x, y) => compare(x, y) ? 1u : 0);
        }

        bool negated = s.Operands[3][0] == '!';
        int c = Value(s, s.Operands[3].TrimStart('!'), _predicate);
        return new PtxTernary(destination, a, b, c, s.Parts[2] switch
        {
            "and" => (x, y, z) => PtxBits.From(compare(x, y) & ((z != 0) != negated)),
            "or" => (x, y, z) => PtxBits.From(compare(x, y) | ((z != 0) != negated)),
            "xor" => (x, y, z) => PtxBits.From(compare(x, y) ^ ((z != 0) != negated)),
            _ => throw new PtxFault("a comparison is combined by and, or and xor"),
        });
    }

    private PtxInstruction Selection(PtxStatement s)
    {
        PtxType type = s.Type;
        int destination = Destination(s, 0, type), first = Source(s, 1, type), second = Source(s, 2, type),
            choice = Source(s, 3, _predicate);
        return PtxVectorFunctions.Selection(destination, first, second, choice)
            ?? new PtxTernary(destination, first, second, choice, (a, b, p) => p != 0 ? a : b);
    }
}
