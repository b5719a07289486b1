namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>Variables, and those around them.</summary>
/// <param name="variables">The variables.</param>
/// <param name="outer">Where a name is looked for that is not among them.</param>
internal sealed class Scope(Dictionary<string, object?> variables, Scope? outer)
{
    /// <summary>The variables.</summary>
    public Dictionary<string, object?> Variables { get; } = variables;

    /// <summary>Where a name is looked for that is not among them.</summary>
    public Scope? Outer { get; } = outer;
}
