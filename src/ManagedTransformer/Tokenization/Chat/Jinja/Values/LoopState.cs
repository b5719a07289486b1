namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>The variable <c>loop</c> of a loop that runs.</summary>
/// <param name="items">What it goes over.</param>
internal sealed class LoopState(IReadOnlyList<object?> items)
{
    private Sequence? _last;

    /// <summary>The place of the current item, from 0.</summary>
    public int Index { get; set; }

    /// <summary>A member; <see cref="Undefined"/> for one that loops do not have.</summary>
    public object? Member(string name) => name switch
    {
        "index0" => (long)Index,
        "index" => Index + 1L,
        "revindex0" => items.Count - 1L - Index,
        "revindex" => (long)items.Count - Index,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "depth0" => 0L,
        "depth" => 1L,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("previtem"),
        "nextitem" => Index < items.Count - 1 ? items[Index + 1] : new Undefined("nextitem"),
        "cycle" => new Callable("the method 'cycle'", (_, arguments) => arguments.Values.Count > 0
            ? arguments.Values[Index % arguments.Values.Count]
            : throw new JinjaException("the method 'cycle' needs something to choose from", arguments.Line)),
        "changed" => new Callable("the method 'changed'", HasChanged),
        _ => new Undefined(name),
    };

    private object? HasChanged(Machine machine, Arguments arguments)
    {
        Sequence given = Sequence.Tuple(arguments.Values);
        bool isSame = _last is not null && Operators.AreEqual(machine, _last, given, arguments.Line);
        _last = given;
        return !isSame;
    }
}
