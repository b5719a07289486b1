namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>The instructions of a compiled pattern.</summary>
internal enum RegexOpcode
{
    /// <summary>The pattern, or a part of its own, has matched.</summary>
    Match,

    /// <summary>One character A.</summary>
    Character,

    /// <summary>One character of set A.</summary>
    Set,

    /// <summary>From B to C characters of set A, as many as possible first.</summary>
    Loop,

    /// <summary>The same, without giving back.</summary>
    AtomicLoop,

    /// <summary>Goes on at A, and at B where that fails.</summary>
    Split,

    /// <summary>Goes on at A.</summary>
    Jump,

    /// <summary>The place A.</summary>
    Anchor,

    /// <summary>What follows up to A must match here (B = 0) or not (B = 1); nothing is taken.</summary>
    Look,

    /// <summary>What follows up to A matches in its first way only.</summary>
    Atomic,

    /// <summary>Steps back A characters.</summary>
    Back,

    /// <summary>Notes in register A where a round begins.</summary>
    Mark,

    /// <summary>Leaves the loop to B if the round noted in A took nothing.</summary>
    Check,
}
