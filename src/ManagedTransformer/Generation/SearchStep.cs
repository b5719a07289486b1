namespace ManagedTransformer.Generation;

/// <summary>Origins of the B live hypotheses of a sentence in one step, kept so that finished ones can be read backwards.</summary>
internal sealed class SearchStep(int beam, bool hasExits)
{
    public int[] Parents { get; } = new int[beam];

    public int[] Tokens { get; } = new int[beam];

    public float[] LogProbabilities { get; } = new float[beam];

    /// <summary>Empty for models of fixed depth.</summary>
    public int[] Exits { get; } = hasExits ? new int[beam] : [];

    public void Set(int hypothesis, BeamCandidate candidate, float logProbability, ReadOnlySpan<int> exits)
    {
        Parents[hypothesis] = candidate.Parent;
        Tokens[hypothesis] = candidate.Token;
        LogProbabilities[hypothesis] = logProbability;
        if (hasExits)
        {
            Exits[hypothesis] = exits[candidate.Parent];
        }
    }
}
