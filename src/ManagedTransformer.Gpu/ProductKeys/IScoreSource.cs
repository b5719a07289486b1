namespace ManagedTransformer.Gpu;

/// <summary>Scores among which <see cref="BestScores"/> looks for the best.</summary>
internal interface IScoreSource
{
    /// <summary>A score with its number (<see cref="RankedScore"/>).</summary>
    ulong At(int i);
}
