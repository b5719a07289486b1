namespace ManagedTransformer.Modules;

/// <summary>What one attention slot remembers between generation steps.</summary>
public abstract class LayerState
{
    /// <summary>Memory in use, in bytes.</summary>
    public abstract long Bytes { get; }

    /// <summary>Forgets everything.</summary>
    public abstract void Reset();
}
