namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>What a part of a template is.</summary>
internal enum PieceKind
{
    /// <summary>Text that stands for itself.</summary>
    Text,

    /// <summary><c>{{ … }}</c></summary>
    Output,

    /// <summary><c>{% … %}</c></summary>
    Tag,
}
