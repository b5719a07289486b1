namespace ManagedTransformer.Checkpoints;

/// <summary>How a model with an adapter is put together where its folder does not say so, or not rightly any more.</summary>
public sealed record AdapterOptions
{
    /// <summary>
    /// Where the folder that is loaded is an adapter: the model that it belongs to, for one that has moved. Null: the place that the
    /// adapter names.
    /// </summary>
    public string? Base { get; init; }

    /// <summary>
    /// The folder of an adapter, of this library or of PEFT, to set beside the maps of the model that is loaded; null for none.
    /// </summary>
    public string? Adapter { get; init; }
}
