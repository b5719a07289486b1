namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>What a <see cref="RegexNode"/> does.</summary>
internal enum RegexKind
{
    /// <summary>One character of a set.</summary>
    Set,

    /// <summary>All parts, one after the other; without parts it matches nothing at all, the empty text.</summary>
    Sequence,

    /// <summary>The first part that leads to a match.</summary>
    Choice,

    /// <summary>The part again and again.</summary>
    Repeat,

    /// <summary>The part, whose first match counts whatever follows.</summary>
    Atomic,

    /// <summary>The part must or must not follow.</summary>
    LookAhead,

    /// <summary>The part must or must not stand before.</summary>
    LookBehind,

    /// <summary>A place.</summary>
    Anchor,
}
