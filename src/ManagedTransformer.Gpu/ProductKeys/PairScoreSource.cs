using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>The sums of the scores of pairs from two lists of best half keys; a pair is numbered by its slot.</summary>
internal struct PairScoreSource : IScoreSource
{
    /// <summary>The lists, one behind the other.</summary>
    public ArrayView<ulong> Lists;

    /// <summary>From <see cref="ProductKeyCode.Pairs"/>.</summary>
    public ArrayView<int> Pairs;

    public int Kept, KeyCount;

    public readonly ulong At(int i)
    {
        int pair = Pairs[i];
        ulong first = Lists[pair >> 16], second = Lists[Kept + (pair & 0xFFFF)];
        float score = RankedScore.Score(first) + RankedScore.Score(second);
        return RankedScore.Of(score, (RankedScore.Number(first) * KeyCount) + RankedScore.Number(second));
    }
}
