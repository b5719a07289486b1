namespace ManagedTransformer.Data.Pairs;

/// <summary>
/// Cuts a sequence of examples into batches that hold about the same number of tokens, padding included (fairseq's rule).
/// </summary>
internal static class TokenBatching
{
    /// <summary>
    /// Fills batches in the order given while examples * longest example stays within the tokens allowed. A batch has fewer than
    /// <paramref name="multiple"/> examples or a multiple of it, so what does not make up a multiple opens the next batch.
    /// </summary>
    /// <param name="lengths">The tokens of each example in the order of visiting, which is usually by length.</param>
    /// <param name="maxTokens">The most tokens of a batch; 0 for no limit.</param>
    /// <param name="maxSentences">The most examples of a batch; 0 for no limit.</param>
    /// <param name="multiple">What the number of examples shall be a multiple of, at least 1.</param>
    /// <returns>The batches: ranges of examples that follow each other.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A limit is negative, or <paramref name="multiple"/> is less than 1.</exception>
    /// <exception cref="InputException">One example alone has more tokens than a batch may.</exception>
    public static IReadOnlyList<Range> Cut(ReadOnlySpan<int> lengths, int maxTokens, int maxSentences = 0, int multiple = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(maxSentences);
        ArgumentOutOfRangeException.ThrowIfLessThan(multiple, 1);
        List<Range> batches = [];

        // [start, committed) is the batch, [committed, next] a tail that does not make up a multiple yet.
        int start = 0, committed = 0, longest = 0, longestOfTail = 0;
        for (int next = 0; next < lengths.Length; next++)
        {
            if (maxTokens > 0 && lengths[next] > maxTokens)
            {
                throw new InputException($"A sentence of {lengths[next]} tokens does not fit into batches of {maxTokens} tokens.");
            }

            longestOfTail = Math.Max(longestOfTail, lengths[next]);
            int end = next + 1, joined = Math.Max(longest, longestOfTail);
            bool overflows = IsOver(maxSentences, end - start) || IsOver(maxTokens, (long)(end - start) * joined);
            if (overflows)
            {
                Close(committed);
                if (IsOver(maxTokens, (long)(end - committed) * longestOfTail))
                {
                    Close(next);
                    longestOfTail = lengths[next];
                }

                joined = longestOfTail;
            }

            if (overflows || end - start < multiple || (end - start) % multiple == 0)
            {
                (committed, longest, longestOfTail) = (end, joined, 0);
            }
        }

        Close(committed);
        Close(lengths.Length);
        return batches;

        void Close(int end)
        {
            if (end > start)
            {
                batches.Add(start..end);
            }

            start = end;
        }

        static bool IsOver(int limit, long value) => limit > 0 && value > limit;
    }
}
