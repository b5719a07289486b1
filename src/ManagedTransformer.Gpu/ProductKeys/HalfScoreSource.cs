using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>The scores of half keys.</summary>
internal struct HalfScoreSource : IScoreSource
{
    public ArrayView<float> Scores;
    public long First;

    public readonly ulong At(int i) => RankedScore.Of(Scores[First + i], i);
}
