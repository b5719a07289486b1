namespace ManagedTransformer.Modules.Reports;

/// <summary>Lengths of the texts whose cost is asked for, in tokens.</summary>
/// <param name="Source">Source of a translation; without meaning for a model that writes on.</param>
/// <param name="Target">Tokens that are written.</param>
public readonly record struct TextLengths(int Source, int Target)
{
    /// <summary>Sentences of 20 tokens.</summary>
    public static TextLengths Default { get; } = new(20, 20);
}
