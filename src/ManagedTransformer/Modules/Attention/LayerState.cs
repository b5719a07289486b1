namespace ManagedTransformer.Modules.Attention;

/// <summary>What one attention slot remembers between generation steps.</summary>
public abstract class LayerState
{
    /// <summary>Memory in use, in bytes.</summary>
    public abstract long Bytes { get; }

    /// <summary>Forgets everything.</summary>
    public abstract void Reset();

    /// <summary>Row i becomes what row <c>parents[i]</c> was; fewer parents than rows drop rows, more copy them.</summary>
    /// <param name="parents">A row per new row.</param>
    /// <param name="start">The first position at which a row may differ from its parent; 0 for more rows than there ever were.</param>
    /// <exception cref="NotSupportedException">This kind of state has no part in searches.</exception>
    internal virtual void Reorder(ReadOnlySpan<int> parents, int start) =>
        throw new NotSupportedException($"{GetType().Name} cannot reorder its rows.");

    /// <summary>Gives its memory back at once; nothing is read or stepped afterwards.</summary>
    internal virtual void Release()
    {
    }

    /// <summary>
    /// Becomes a state that has read so many positions, without reading any, for measurements: what it holds of them is arbitrary.
    /// </summary>
    /// <param name="length">Positions read.</param>
    /// <param name="capacity">Positions to have room for.</param>
    /// <returns>Whether this kind of state can do that.</returns>
    internal virtual bool TryPretend(int length, int capacity) => false;
}
