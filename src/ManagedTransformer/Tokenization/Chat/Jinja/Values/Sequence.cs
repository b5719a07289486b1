namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>Values one after another.</summary>
/// <param name="kind">What it is in Python.</param>
/// <param name="items">The values.</param>
internal sealed class Sequence(SequenceKind kind, IReadOnlyList<object?> items)
{
    private bool _isSpent;

    /// <summary>What it is in Python.</summary>
    public SequenceKind Kind { get; } = kind;

    /// <summary>The values, whatever was taken of them.</summary>
    public IReadOnlyList<object?> Items { get; } = items;

    /// <summary>A list.</summary>
    public static Sequence List(IReadOnlyList<object?> items) => new(SequenceKind.List, items);

    /// <summary>A tuple.</summary>
    public static Sequence Tuple(IReadOnlyList<object?> items) => new(SequenceKind.Tuple, items);

    /// <summary>What a filter makes that goes over its values one at a time.</summary>
    public static Sequence Generator(IReadOnlyList<object?> items) => new(SequenceKind.Generator, items);

    /// <summary>The values to go through: those of a generator are there once only.</summary>
    public IReadOnlyList<object?> Take()
    {
        bool wasSpent = _isSpent;
        _isSpent = Kind == SequenceKind.Generator;
        return wasSpent ? [] : Items;
    }
}
