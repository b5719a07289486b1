using System.Globalization;
using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

// What the threads of a warp or a block do together.
internal sealed partial class PtxDecoder
{
    private PtxInstruction Barrier(PtxStatement s)
    {
        if (s.Has("warp"))
        {
            return new PtxWarpBarrier(Source(s, 0, _b32));
        }

        int barrier = s.Has("red") ? 1 : 0;
        if (s.Operands.Length <= barrier || s.Operands[barrier] != "0" || s.Has("arrive"))
        {
            throw new PtxFault("the interpreter knows barrier 0 of the whole block only");
        }

        if (!s.Has("red"))
        {
            return s.Operands.Length == 1
                ? new PtxBarrier("", 0, 0, false) : throw new PtxFault("the interpreter knows barriers of the whole block only");
        }

        string predicate = s.Operands[^1];
        string reduction = s.Has("popc") ? "popc" : s.Has("and") ? "and" : "or";
        return new PtxBarrier(reduction, Destination(s, 0, s.Type), Value(s, predicate.TrimStart('!'), _predicate), predicate[0] == '!');
    }

    private PtxShuffle Shuffle(PtxStatement s)
    {
        string mode = s.Parts[2];
        if (!s.Has("sync") || s.Type.Bits != 32)
        {
            throw new PtxFault("shfl.sync exchanges registers of 32 bits");
        }

        string[] targets = s.Operands[0].Split('|');
        return new PtxShuffle(
            mode,
            Register(s, targets[0].Trim(), _b32),
            targets.Length > 1 ? Register(s, targets[1].Trim(), _predicate) : -1,
            Source(s, 1, _b32),
            Source(s, 2, _b32),
            Source(s, 3, _b32),
            Source(s, 4, _b32));
    }

    private PtxVote Vote(PtxStatement s)
    {
        string operation = s.Parts[2];
        bool isPredicate = s.Name == "vote";
        string source = s.Operands[1];
        bool negated = source[0] == '!';
        PtxType type = s.Type;
        return new PtxVote(
            Destination(s, 0, type),
            Value(s, source.TrimStart('!'), isPredicate ? _predicate : type),
            Source(s, 2, _b32),
            isPredicate
                ? (values, lanes) => CombineVotes(operation, Ballot(values, lanes, negated), lanes)
                : (values, lanes) => Reduce(operation, type, values, lanes));
    }

    private static uint Ballot(ulong[] values, uint lanes, bool negated)
    {
        uint ballot = 0;
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ballot |= (values[lane] != 0) != negated ? 1u << lane : 0;
        }

        return ballot;
    }

    private static ulong CombineVotes(string operation, uint ballot, uint lanes) => operation switch
    {
        "ballot" => ballot,
        "all" => PtxBits.From(ballot == lanes),
        "any" => PtxBits.From(ballot != 0),
        "uni" => PtxBits.From(ballot == 0 || ballot == lanes),
        _ => throw new PtxFault($"there is no vote.{operation}"),
    };

    private static ulong Reduce(string operation, PtxType type, ulong[] values, uint lanes)
    {
        Func<ulong, ulong, ulong, ulong> function = PtxAtomicFunctions.Get(operation, type);
        ulong? result = null;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            ulong value = values[BitOperations.TrailingZeroCount(lanes)];
            result = result is { } before ? function(before, value, 0) : value;
        }

        return result!.Value;
    }

    private PtxLoadMatrix LoadMatrix(PtxStatement s)
    {
        string[] targets = PtxStatement.Members(s.Operands[0]);
        int count = s.Has("x4") ? 4 : s.Has("x2") ? 2 : 1;
        if (targets.Length != count || !s.Has("m8n8") || s.Parts[^1] != "b16" || !s.Has("aligned"))
        {
            throw new PtxFault("the interpreter knows ldmatrix.sync.aligned.m8n8.{x1,x2,x4}[.trans].shared.b16");
        }

        NoteGranule(PtxSpace.Shared, 4);
        (int register, ulong offset) = Address(s, 1, PtxSpace.Shared);
        return new PtxLoadMatrix([.. targets.Select(name => Register(s, name, _b32))], register, offset, s.Has("trans"));
    }

    private PtxMatrixProduct MatrixProduct(PtxStatement s)
    {
        string operation = string.Join('.', s.Parts);
        (int depth, bool isBFloat16) = operation switch
        {
            "mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32" => (4, false),
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32" => (8, false),
            "mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32" => (8, true),
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32" => (16, true),
            _ => throw new PtxFault("the interpreter does not know this product"),
        };
        int perOperand = depth / (isBFloat16 ? 8 : 4);
        var number = new PtxType('f', 32);
        return new PtxMatrixProduct(
            List(0, 4, number), List(1, 2 * perOperand, _b32), List(2, perOperand, _b32), List(3, 4, number), depth, isBFloat16);

        int[] List(int operand, int count, PtxType type)
        {
            string[] names = PtxStatement.Members(s.Operands[operand]);
            return names.Length == count
                ? [.. names.Select(name => operand == 0 ? Register(s, name, type) : Value(s, name, type))]
                : throw new PtxFault(string.Create(CultureInfo.InvariantCulture, $"operand {operand} is a list of {count} registers"));
        }
    }
}
