using System.Collections;

namespace ManagedTransformer.Data.Text;

/// <summary>Tokens of records, of which losses leave those of prompts out.</summary>
/// <param name="tokens">The tokens.</param>
/// <param name="counted">For each token whether losses count it.</param>
/// <param name="records">The places at which records begin, increasing.</param>
/// <param name="ignored">What stands among targets for a token that is not counted.</param>
internal sealed class MaskedTokenStream(TokenStream tokens, BitArray counted, IReadOnlyList<long> records, int ignored) : TokenStream
{
    /// <inheritdoc/>
    public override long Length => tokens.Length;

    /// <summary>What stands among targets for a token that is not counted.</summary>
    public int Ignored => ignored;

    /// <summary>
    /// The places at which windows of a length may begin, so that each has something to learn: those of records, or the last place from
    /// which a window of that length fits.
    /// </summary>
    /// <param name="length">Tokens of a window, below the length of the stream.</param>
    /// <exception cref="InputException">There is no such place.</exception>
    public long[] Starts(int length)
    {
        // The counted token at or behind each place that was asked for last; places increase.
        long next = 0;
        List<long> starts = [];
        foreach (long record in records)
        {
            long start = Math.Min(record, Length - length - 1);
            for (next = Math.Max(next, start + 1); next < Length && !counted[(int)next]; next++)
            {
            }

            if (next <= start + length && (starts.Count == 0 || starts[^1] != start))
            {
                starts.Add(start);
            }
        }

        return starts.Count > 0 ? [.. starts] : throw new InputException(
            $"No prompt is short enough that its completion begins within a block of {length} tokens.");
    }

    /// <inheritdoc/>
    internal override void ReadTargets(long position, Span<int> destination)
    {
        Read(position, destination);
        for (int i = 0; i < destination.Length; i++)
        {
            if (!counted[(int)position + i])
            {
                destination[i] = ignored;
            }
        }
    }

    /// <inheritdoc/>
    protected override void ReadCore(long position, Span<int> destination) => tokens.Read(position, destination);
}
