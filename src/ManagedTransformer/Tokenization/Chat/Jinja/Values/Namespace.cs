namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>An object whose members a template may set, also from within a loop: <c>namespace(…)</c>.</summary>
internal sealed class Namespace
{
    /// <summary>The members.</summary>
    public Mapping Members { get; } = [];
}
