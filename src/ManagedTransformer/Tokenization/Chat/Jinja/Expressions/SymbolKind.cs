namespace ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

/// <summary>What a symbol of an expression is.</summary>
internal enum SymbolKind
{
    /// <summary>Behind the last one.</summary>
    End,

    /// <summary>A name or a word of the language.</summary>
    Name,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A string, its escapes resolved.</summary>
    Text,

    /// <summary>Anything else.</summary>
    Sign,
}
