namespace ManagedTransformer.Torch.Pickling;

/// <summary>A list, a tuple or a set.</summary>
/// <param name="kind">Which.</param>
internal sealed class PickleSequence(SequenceKind kind) : PickleContainer
{
    private readonly List<PickleValue> _items = [];

    /// <summary>Which.</summary>
    public SequenceKind Kind => kind;

    /// <summary>The members.</summary>
    public IReadOnlyList<PickleValue> Items => _items;

    /// <summary>Adds a member.</summary>
    /// <exception cref="PickleException">It is nested too deep.</exception>
    public void Add(PickleValue item)
    {
        Nest(item);
        _items.Add(item);
    }
}
