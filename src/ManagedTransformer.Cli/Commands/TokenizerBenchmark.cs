using System.Diagnostics;
using System.Text;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Cli.Commands;

/// <summary>Measures how fast a tokenizer encodes a text on one thread.</summary>
internal static class TokenizerBenchmark
{
    private const int LongestPart = 1 << 16;

    /// <summary>Encodes a text again and again, in parts of at most 65,536 UTF-16 units; the first round does not count.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="utf8">The text.</param>
    /// <param name="rounds">How often to measure, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no rounds.</exception>
    /// <exception cref="InputException">The text is empty or has something that the vocabulary lacks.</exception>
    public static TokenizerMeasurement Run(ITokenizer tokenizer, ReadOnlySpan<byte> utf8, int rounds)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        if (utf8.IsEmpty)
        {
            throw new InputException("The text is empty; there is nothing to measure.");
        }

        List<string> parts = Split(Encoding.UTF8.GetString(utf8));
        long tokens = EncodeAll(tokenizer, parts), allocated = GC.GetAllocatedBytesForCurrentThread();
        double[] times = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            EncodeAll(tokenizer, parts);
            times[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Array.Sort(times);
        return new(utf8.Length, tokens, times[rounds / 2], rounds, allocated / (double)rounds / Math.Max(tokens, 1));
    }

    private static long EncodeAll(ITokenizer tokenizer, List<string> parts)
    {
        long tokens = 0;
        foreach (string part in parts)
        {
            tokens += tokenizer.Encode(part).Length;
        }

        return tokens;
    }

    private static List<string> Split(string text)
    {
        List<string> parts = [];
        for (int start = 0, length; start < text.Length; start += length)
        {
            length = Math.Min(LongestPart, text.Length - start);
            length -= start + length < text.Length && char.IsHighSurrogate(text[start + length - 1]) ? 1 : 0;
            parts.Add(text.Substring(start, length));
        }

        return parts;
    }
}
