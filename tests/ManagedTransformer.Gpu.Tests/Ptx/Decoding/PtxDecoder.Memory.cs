using System.Globalization;

namespace ManagedTransformer.Gpu.Tests;

// Moves, memory, and asynchronous copies.
internal sealed partial class PtxDecoder
{
    private static readonly PtxType _b32 = new('b', 32), _predicate = new('p', 1);

    private PtxInstruction Move(PtxStatement s)
    {
        PtxType type = s.Type;
        string to = s.Operands[0], from = s.Operands[1];
        if (to[0] == '{')
        {
            string[] parts = PtxStatement.Members(to);
            var part = new PtxType('b', type.Bits / parts.Length);
            return new PtxUnpack([.. parts.Select(name => Register(s, name, part))], Source(s, 1, type), part.Bits);
        }

        if (from[0] == '{')
        {
            string[] parts = PtxStatement.Members(from);
            var part = new PtxType('b', type.Bits / parts.Length);
            return new PtxPack(Destination(s, 0, type), [.. parts.Select(name => Value(s, name, part))], part.Bits);
        }

        return PtxVectorFunctions.Move(Destination(s, 0, type), Source(s, 1, type));
    }

    private PtxInstruction AddressConversion(PtxStatement s)
    {
        PtxSpace space = Space(s);
        return PtxVectorFunctions.Shift(Destination(s, 0, s.Type), Source(s, 1, s.Type),
            PtxWarp.Displacement(space, toGeneric: !s.Has("to")));
    }

    private PtxLoad Load(PtxStatement s)
    {
        PtxSpace space = Space(s);
        PtxType type = s.Type;
        int[] registers = [.. PtxStatement.Members(s.Operands[0]).Select(name => Register(s, name, type, mayBeWider: true))];
        CheckVector(s, registers.Length);
        NoteGranule(space, type.Bytes);
        (int register, ulong offset) = Address(s, 1, space);
        return new PtxLoad(space, type, registers, register, offset);
    }

    private PtxStore Store(PtxStatement s)
    {
        PtxSpace space = Space(s);
        PtxType type = s.Type;
        int[] registers = [.. PtxStatement.Members(s.Operands[1]).Select(name => Value(s, name, type, mayBeWider: true))];
        CheckVector(s, registers.Length);
        NoteGranule(space, type.Bytes);
        (int register, ulong offset) = Address(s, 0, space);
        return new PtxStore(space, type, registers, register, offset);
    }

    private PtxAtomic Atomic(PtxStatement s)
    {
        PtxSpace space = Space(s);
        PtxType type = s.Type;
        int first = s.Name == "atom" ? 1 : 0;
        string operation = s.Parts.First(PtxAtomicFunctions.Contains);
        (int register, ulong offset) = Address(s, first, space);
        int b = Source(s, first + 1, type), c = operation == "cas" ? Source(s, first + 2, type) : b;
        return new PtxAtomic(space, type,
            first == 0 ? -1 : Destination(s, 0, type), register, offset, b, c, PtxAtomicFunctions.Get(operation, type));
    }

    private PtxInstruction Copy(PtxStatement s)
    {
        if (!s.Has("async"))
        {
            throw new PtxFault("the interpreter does not know this copy");
        }

        if (s.Has("commit_group"))
        {
            return new PtxCopyGroup(-1, all: false);
        }

        if (s.Has("wait_group") || s.Has("wait_all"))
        {
            return new PtxCopyGroup(s.Has("wait_all") ? 0 : int.Parse(s.Operands[0], CultureInfo.InvariantCulture), s.Has("wait_all"));
        }

        int bytes = int.Parse(s.Operands[2], CultureInfo.InvariantCulture);
        if (bytes is not (4 or 8 or 16) || (s.Has("cg") && bytes != 16) || !(s.Has("ca") || s.Has("cg")))
        {
            throw new PtxFault("cp.async.ca copies 4, 8 or 16 bytes, cp.async.cg 16");
        }

        (int target, ulong targetOffset) = Address(s, 0, PtxSpace.Shared);
        (int source, ulong sourceOffset) = Address(s, 1, PtxSpace.Global);
        int taken = -1, ignored = -1;
        if (s.Operands.Length > 3)
        {
            bool isPredicate = s.Scope.TryFindRegister(s.Operands[3], out _, out PtxType type) && type.Kind == 'p';
            (taken, ignored) = isPredicate ? (-1, Source(s, 3, _predicate)) : (Source(s, 3, _b32), -1);
        }

        return new PtxCopyAsync(target, targetOffset, source, sourceOffset, bytes, taken, ignored);
    }

    private static PtxSpace Space(PtxStatement s) =>
        s.Has("shared") || s.Parts.Any(part => part.StartsWith("shared::", StringComparison.Ordinal)) ? PtxSpace.Shared
        : s.Has("global") ? PtxSpace.Global
        : s.Has("local") ? PtxSpace.Local
        : s.Parts.Any(part => part.StartsWith("param", StringComparison.Ordinal)) ? PtxSpace.Parameter
        : s.Has("const") ? throw new PtxFault("the interpreter has no constant memory")
        : PtxSpace.Generic;

    private static void CheckVector(PtxStatement s, int count)
    {
        int declared = s.Has("v2") ? 2 : s.Has("v4") ? 4 : 1;
        if (declared != count || s.Type.Bytes * count > 16)
        {
            throw new PtxFault($"{count} registers do not fit the operation");
        }
    }

    private void NoteGranule(PtxSpace space, int bytes)
    {
        if (space is PtxSpace.Shared or PtxSpace.Generic)
        {
            _sharedGranule = Math.Min(_sharedGranule, bytes);
        }

        if (space is PtxSpace.Global or PtxSpace.Generic)
        {
            _globalGranule = Math.Min(_globalGranule, bytes);
        }
    }
}
