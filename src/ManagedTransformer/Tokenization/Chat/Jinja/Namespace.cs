namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>An object whose members a template may set, also from within a loop: <c>namespace(…)</c>.</summary>
internal sealed class Namespace
{
    /// <summary>The members.</summary>
    public Dictionary<string, object?> Members { get; } = new(StringComparer.Ordinal);
}
