namespace ManagedTransformer.Modules.Decoding;

/// <summary>
/// How many layers tokens run when text is generated, in the words of a model's depth mechanism; a rule that the model does not know is
/// refused.
/// </summary>
public abstract record DepthRule
{
    private protected DepthRule()
    {
    }

    /// <summary>Whether every token runs all layers, which every model can do.</summary>
    public abstract bool IsFull { get; }
}
