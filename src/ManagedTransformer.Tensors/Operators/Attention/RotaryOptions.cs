namespace ManagedTransformer.Tensors;

/// <summary>Choices of rotary positions.</summary>
public readonly record struct RotaryOptions
{
    /// <summary>Position of the first row; row t stands at First + t. Not used where <see cref="Positions"/> are given.</summary>
    public int First { get; init; }

    /// <summary>Int32 [B, T]: the position of every row; null: First, First + 1, ...</summary>
    public Tensor? Positions { get; init; }

    /// <summary>
    /// Number of heads to rotate, from the first one on; the others are copied: values in a packed projection. null: all.
    /// </summary>
    public int? Heads { get; init; }
}
