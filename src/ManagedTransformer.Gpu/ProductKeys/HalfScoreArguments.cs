using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="HalfScoreCode"/>: halves of queries against halves of keys.</summary>
internal struct HalfScoreArguments
{
    /// <summary>Queries [Rows, Heads, 2, Half], keys [Heads, 2, KeyCount, Half] and scores [Rows, Heads, 2, KeyCount].</summary>
    public ArrayView<float> Query, Keys, Scores;

    public int Rows, Heads, KeyCount, Half;
}
