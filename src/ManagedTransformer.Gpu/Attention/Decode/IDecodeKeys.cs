namespace ManagedTransformer.Gpu;

/// <summary>
/// A kind of attention as <see cref="DecodeCode"/> sees it. A row is a query of a head of a sequence, in that order; a key is whatever it
/// may look at.
/// </summary>
internal interface IDecodeKeys
{
    /// <summary>Keys of every row.</summary>
    int Count { get; }

    /// <summary>Columns of a value.</summary>
    int Width { get; }

    /// <summary>The factor of the sum of all e^(s - max) where it is added to the sum of the masked ones.</summary>
    float Epsilon { get; }

    /// <summary>A score; minus infinity where the row must not look.</summary>
    float Score(int row, int key);

    /// <summary>The soft mask.</summary>
    float Mask(int row, int key);

    /// <summary>The factor of a weight where it meets its value.</summary>
    float Factor(int row, int key);

    float Value(int row, int key, int column);

    void Store(int row, int column, float result);

    /// <summary>Keeps what backward needs.</summary>
    void Keep(int row, float max, float sum, float normalizer);
}
