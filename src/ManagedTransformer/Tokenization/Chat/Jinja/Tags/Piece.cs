namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>A part of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Text, or what stands between the braces.</param>
/// <param name="Line">Where it begins.</param>
internal readonly record struct Piece(PieceKind Kind, string Text, int Line);
