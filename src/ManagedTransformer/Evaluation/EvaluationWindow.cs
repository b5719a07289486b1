namespace ManagedTransformer.Evaluation;

/// <summary>
/// One forward pass of an evaluation: the model reads the positions [<see cref="ContextStart"/>, <see cref="EndTarget"/>) and is scored on
/// the targets of [<see cref="FirstTarget"/>, <see cref="EndTarget"/>); the positions before serve as context only.
/// </summary>
/// <param name="ContextStart">The first position that the model reads.</param>
/// <param name="FirstTarget">The first position whose target is scored.</param>
/// <param name="EndTarget">One past the last position.</param>
internal readonly record struct EvaluationWindow(long ContextStart, long FirstTarget, long EndTarget)
{
    /// <summary>The number of positions that the model reads.</summary>
    public int Length => (int)(EndTarget - ContextStart);

    /// <summary>The number of positions read as context only.</summary>
    public int ContextLength => (int)(FirstTarget - ContextStart);

    /// <summary>The number of scored targets.</summary>
    public int TargetCount => (int)(EndTarget - FirstTarget);

    /// <summary>
    /// Cuts a stream into windows: blocks of S - w targets, each scored once, with up to w positions before it as context (fewer at the
    /// very start). w = 0 gives plain blocks (the worst figure), w = S - 1 scores one token per forward pass (the best figure).
    /// </summary>
    /// <param name="length">The number of targets in the stream, at least 0.</param>
    /// <param name="tokensPerSample">S: the most positions that one forward pass reads, at least 1.</param>
    /// <param name="contextWindow">w: positions of context before each block, 0 to S - 1.</param>
    /// <returns>The windows in order; together their targets cover [0, length) exactly once.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument lies outside its range.</exception>
    public static IEnumerable<EvaluationWindow> Cut(long length, int tokensPerSample, int contextWindow = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokensPerSample, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(contextWindow);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(contextWindow, tokensPerSample);
        return CutCore(length, tokensPerSample, contextWindow);
    }

    private static IEnumerable<EvaluationWindow> CutCore(long length, int tokensPerSample, int contextWindow)
    {
        int stride = tokensPerSample - contextWindow;
        for (long first = 0; first < length; first += stride)
        {
            yield return new(Math.Max(0, first - contextWindow), first, Math.Min(length, first + stride));
        }
    }
}
