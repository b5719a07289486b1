using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules;

namespace ManagedTransformer;

/// <summary>A model of any kind with all that belongs to it, as a model folder holds it.</summary>
public abstract class TrainedModel
{
    private protected TrainedModel()
    {
    }

    /// <summary>Trainable values, each counted once.</summary>
    public long ParameterCount => Module.ParameterCount;

    /// <summary>What the weights belong to.</summary>
    internal abstract Module Module { get; }

    /// <summary>Writes the model as a checkpoint folder; an existing one is replaced in one step.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">The folder cannot be written; an existing one is untouched.</exception>
    public void Save(string path) => CheckpointFolder.Write(path, WriteFiles);

    /// <summary>Writes the files of the folder.</summary>
    /// <param name="folder">A checkpoint being written.</param>
    internal abstract void WriteFiles(string folder);
}
