namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Rules out every token that would repeat n tokens in a row: with the last n - 1 tokens of the text, all tokens that followed the same n -
/// 1 tokens before (Paulus et al., 2017). Prompt and generated tokens are one text. With n = 1 no token occurs twice.
/// </summary>
public sealed class NoRepeatNGramLogitsProcessor : ILogitsProcessor
{
    private readonly int _size;

    /// <summary>A processor.</summary>
    /// <param name="size">n, at least 1.</param>
    /// <exception cref="InputException">It is less.</exception>
    public NoRepeatNGramLogitsProcessor(int size)
    {
        if (size < 1)
        {
            throw new InputException($"The size of n-grams that are not repeated ({size}) must be positive.");
        }

        _size = size;
    }

    /// <inheritdoc/>
    public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
    {
        int known = _size - 1;
        if (tokens.Length < _size)
        {
            return;
        }

        ReadOnlySpan<int> end = tokens[(tokens.Length - known)..];
        for (int next = known; next < tokens.Length; next++)
        {
            if (tokens[next] < logits.Length && tokens.Slice(next - known, known).SequenceEqual(end))
            {
                logits[tokens[next]] = float.NegativeInfinity;
            }
        }
    }
}
