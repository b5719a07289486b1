namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>What a sequence is in Python, which decides what may be done with it.</summary>
internal enum SequenceKind
{
    /// <summary><c>[a, b]</c></summary>
    List,

    /// <summary><c>(a, b)</c>: printed otherwise, and equal to no list.</summary>
    Tuple,

    /// <summary><c>range(…)</c>, which cannot be printed here.</summary>
    Range,

    /// <summary>Keys, values or items of a mapping: neither printed nor indexed.</summary>
    View,

    /// <summary>What filters such as <c>map</c> make: true even where it is empty, gone through once, without a length.</summary>
    Generator,
}
