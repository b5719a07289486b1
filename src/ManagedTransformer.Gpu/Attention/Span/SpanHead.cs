using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>The operands of one head of one sequence.</summary>
internal struct SpanHead
{
    public TileRows Queries, Keys, Values, Positions, PersistentKeys, PersistentValues;
    public int Pair, Batch, Head, Slots;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpanHead Of(SpanArguments arguments, int pair)
    {
        int batch = pair / arguments.Heads, head = pair % arguments.Heads, rows = arguments.Length + arguments.QueryLength;
        long persistent = (long)head * arguments.Persistent * arguments.Width;
        SpanHead operands;
        operands.Queries = HeadOperand.Rows(arguments.Q, batch, head, arguments.QueryLength, arguments.Width);
        operands.Keys = HeadOperand.Rows(arguments.K, batch, head, rows, arguments.Width);
        operands.Values = HeadOperand.Rows(arguments.V, batch, head, rows, arguments.Width);
        operands.Positions = TileRows.Of(arguments.Positions, 0, arguments.Length, arguments.Width);
        operands.PersistentKeys = TileRows.Of(arguments.PersistentKeys, persistent, arguments.Persistent, arguments.Width);
        operands.PersistentValues = TileRows.Of(arguments.PersistentValues, persistent, arguments.Persistent, arguments.Width);
        operands.Pair = pair;
        operands.Batch = batch;
        operands.Head = head;
        operands.Slots = SpanArguments.SlotsOf(arguments, head);
        return operands;
    }
}
