namespace ManagedTransformer.Server.Models;

/// <summary>A translation model, which translates the sentences of one request at a time.</summary>
/// <param name="name">Its name.</param>
/// <param name="model">The model.</param>
/// <param name="options">How many requests wait.</param>
internal sealed class ServedTranslationModel(string name, TranslationModel model, ServerOptions options)
    : ServedModel(name, model, options)
{
    /// <summary>The model.</summary>
    public TranslationModel Model { get; } = model;

    /// <inheritdoc/>
    public override string Kind => "translation";

    /// <inheritdoc/>
    public override void Dispose() => Line.Dispose();
}
