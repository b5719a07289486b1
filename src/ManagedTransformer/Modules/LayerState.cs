namespace ManagedTransformer.Modules;

/// <summary>What one attention slot remembers between generation steps.</summary>
public abstract class LayerState
{
    /// <summary>Memory in use, in bytes.</summary>
    public abstract long Bytes { get; }

    /// <summary>Forgets everything.</summary>
    public abstract void Reset();

    /// <summary>Becomes a state that has read so many positions, without reading any, for measurements: what it holds of them is arbitrary.</summary>
    /// <param name="length">Positions read.</param><param name="capacity">Positions to have room for.</param>
    /// <returns>Whether this kind of state can do that.</returns>
    internal virtual bool TryPretend(int length, int capacity) => false;
}
