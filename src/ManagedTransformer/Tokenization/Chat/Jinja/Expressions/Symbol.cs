namespace ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

/// <summary>A symbol of an expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text.</param>
/// <param name="Line">Where it stands.</param>
internal readonly record struct Symbol(SymbolKind Kind, string Text, int Line)
{
    /// <summary>For messages.</summary>
    public override string ToString() => Kind == SymbolKind.End ? "the end" : $"'{Text}'";
}
