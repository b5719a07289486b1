using ManagedTransformer.Data.Text;

namespace ManagedTransformer.Evaluation;

/// <summary>
/// Windows of the same shape that a model reads at once. Target i is the token that follows input i; the targets of the first
/// <see cref="ContextLength"/> positions of each row are not to be scored.
/// </summary>
/// <param name="Rows">The number of windows.</param>
/// <param name="Length">Tokens per window.</param>
/// <param name="ContextLength">Leading positions of each window that serve as context only.</param>
/// <param name="Inputs">[Rows, Length] tokens, row after row.</param>
/// <param name="Targets">[Rows, Length] tokens, row after row.</param>
internal sealed record EvaluationBatch(int Rows, int Length, int ContextLength, int[] Inputs, int[] Targets)
{
    /// <summary>The number of targets to score.</summary>
    public long TargetCount => (long)Rows * (Length - ContextLength);

    /// <summary>
    /// Cuts a stream into windows (<see cref="EvaluationWindow.Cut"/>) and joins consecutive ones of the same shape. Every token but the
    /// first one is a target exactly once.
    /// </summary>
    /// <param name="stream">The tokens.</param>
    /// <param name="tokensPerSample">S: the most tokens that the model reads at once, at least 1.</param>
    /// <param name="contextWindow">w: tokens of context before each block of S - w targets, 0 to S - 1.</param>
    /// <param name="batchSize">The most windows per batch, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size lies outside its range.</exception>
    /// <exception cref="InputException">The stream has fewer than two tokens.</exception>
    public static IEnumerable<EvaluationBatch> Read(TokenStream stream, int tokensPerSample, int contextWindow = 0, int batchSize = 1)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (stream.Length < 2)
        {
            throw new InputException($"The text has {TextSize.Tokens(stream.Length)}; an evaluation needs at least 2.");
        }

        return ReadCore(stream, EvaluationWindow.Cut(stream.Length - 1, tokensPerSample, contextWindow), batchSize);
    }

    private static IEnumerable<EvaluationBatch> ReadCore(TokenStream stream, IEnumerable<EvaluationWindow> windows, int batchSize)
    {
        var rows = new List<EvaluationWindow>(batchSize);
        foreach (EvaluationWindow window in windows)
        {
            if (rows.Count == batchSize
                || rows.Count > 0 && (rows[0].Length != window.Length || rows[0].ContextLength != window.ContextLength))
            {
                yield return Join(stream, rows);
                rows.Clear();
            }

            rows.Add(window);
        }

        yield return Join(stream, rows);
    }

    private static EvaluationBatch Join(TokenStream stream, List<EvaluationWindow> windows)
    {
        int length = windows[0].Length;
        int[] inputs = new int[windows.Count * length], targets = new int[windows.Count * length];
        for (int row = 0; row < windows.Count; row++)
        {
            stream.Read(windows[row].ContextStart, inputs.AsSpan(row * length, length));
            stream.ReadTargets(windows[row].ContextStart + 1, targets.AsSpan(row * length, length));
        }

        return new(windows.Count, length, windows[0].ContextLength, inputs, targets);
    }
}
