namespace ManagedTransformer.Torch.Pickling;

/// <summary>Compares numbers of memo entries, with hashes that a file cannot choose to collide.</summary>
internal sealed class MemoComparer : IEqualityComparer<uint>
{
    /// <summary>The only one.</summary>
    public static MemoComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(uint x, uint y) => x == y;

    /// <inheritdoc/>
    public int GetHashCode(uint obj) => HashCode.Combine(obj);
}
