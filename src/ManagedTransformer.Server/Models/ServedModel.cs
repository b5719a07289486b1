using ManagedTransformer.Generation.Batching;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Server.Models;

/// <summary>A model under the name by which requests ask for it.</summary>
/// <param name="name">The name.</param>
/// <param name="model">The model.</param>
/// <param name="options">How much work it takes.</param>
internal abstract class ServedModel(string name, TrainedModel model, ServerOptions options) : IDisposable
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>The word for its kind.</summary>
    public abstract string Kind { get; }

    /// <summary>Its parameters.</summary>
    public long ParameterCount { get; } = model.ParameterCount;

    /// <summary>The second, since 1970, at which its folder was written.</summary>
    public long Created { get; } = model.Folder is { } folder && Directory.Exists(folder)
        ? new DateTimeOffset(Directory.GetLastWriteTimeUtc(folder)).ToUnixTimeSeconds()
        : DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>What mechanisms of the model know, as its folder tells it.</summary>
    public IReadOnlyList<MechanismReport> Reports { get; init; } = [];

    /// <summary>Work that the model does piece after piece.</summary>
    public WorkLine Line { get; } = new(options.Queue);

    /// <summary>The texts that it is generating.</summary>
    public virtual BatchLoad Load => default;

    /// <inheritdoc/>
    public abstract void Dispose();
}
