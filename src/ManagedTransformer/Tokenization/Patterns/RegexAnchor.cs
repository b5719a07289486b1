namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>The places that a pattern can ask for.</summary>
internal enum RegexAnchor
{
    /// <summary><c>^</c>: the start, and after each line feed that is not the last character.</summary>
    LineStart,

    /// <summary><c>$</c>: the end, and before each line feed.</summary>
    LineEnd,

    /// <summary><c>\A</c></summary>
    TextStart,

    /// <summary><c>\z</c></summary>
    TextEnd,

    /// <summary><c>\Z</c>: the end, and before a line feed that is the last character.</summary>
    LastLineEnd,

    /// <summary><c>\b</c></summary>
    WordBoundary,

    /// <summary><c>\B</c></summary>
    NoWordBoundary,
}
