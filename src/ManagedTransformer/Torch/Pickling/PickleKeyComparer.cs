namespace ManagedTransformer.Torch.Pickling;

/// <summary>Compares canonical keys, with hashes that a file cannot choose to collide.</summary>
internal sealed class PickleKeyComparer : IEqualityComparer<object>
{
    /// <summary>The only one.</summary>
    public static PickleKeyComparer Instance { get; } = new();

    /// <inheritdoc/>
    public new bool Equals(object? x, object? y) => object.Equals(x, y);

    /// <inheritdoc/>
    public int GetHashCode(object obj)
    {
        // .NET's own hashes of texts are seeded, those of numbers are not.
        long bits = obj switch
        {
            long number => number,
            double number => BitConverter.DoubleToInt64Bits(number),
            _ => obj.GetHashCode(),
        };
        return HashCode.Combine((int)bits, (int)(bits >> 32));
    }
}
