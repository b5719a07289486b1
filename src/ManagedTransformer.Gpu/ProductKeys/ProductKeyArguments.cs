using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="ProductKeyCode"/>. Items are the heads of the rows one after the other.</summary>
internal struct ProductKeyArguments
{
    /// <summary>[Items, 2, KeyCount].</summary>
    public ArrayView<float> HalfScores;

    /// <summary>Scores and slots, or the gradient of the scores [Items, Kept].</summary>
    public ArrayView<float> Scores;

    public ArrayView<int> Slots;

    /// <summary>[Heads, 2, KeyCount, Half] and [Items, 2, Half].</summary>
    public ArrayView<float> Keys, DQuery;

    /// <summary>Ranks of pairs (<see cref="ProductKeyCode.Pairs"/>), PairCount of them.</summary>
    public ArrayView<int> Pairs;

    /// <summary>Contributions to half keys: their key and weight.</summary>
    public ArrayView<int> Targets;

    public ArrayView<float> Weights;
    public long Items;
    public int Heads, KeyCount, Half, Kept, PairCount, BufferSize, TeamBits;
}
