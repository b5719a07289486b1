using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Data.Pairs;

/// <summary>
/// Pairs of sentences as rectangles of tokens. Sources are padded on the left, targets on the right: source = [pad ...] tokens eos,
/// target = tokens eos [pad ...], and the decoder's input is the target moved right by one, eos tokens [pad ...].
/// </summary>
internal sealed class TranslationBatch
{
    /// <summary>Lays out pairs of sentences.</summary>
    /// <param name="pairs">One or more pairs.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public TranslationBatch(IReadOnlyList<TokenPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        if (pairs.Count == 0)
        {
            throw new ArgumentException("A batch has at least one pair.", nameof(pairs));
        }

        Rows = pairs.Count;
        Source = PadSources([.. pairs.Select(pair => pair.Source)], out int sourceLength);
        SourceLength = sourceLength;
        TargetLength = pairs.Max(pair => pair.Target.Length) + 1;
        Target = new int[Rows * TargetLength];
        Previous = new int[Rows * TargetLength];
        Target.AsSpan().Fill(SpecialIds.Pad);
        Previous.AsSpan().Fill(SpecialIds.Pad);
        for (int row = 0; row < Rows; row++)
        {
            int[] tokens = pairs[row].Target;
            int start = row * TargetLength;
            tokens.CopyTo(Target, start);
            Target[start + tokens.Length] = SpecialIds.Eos;
            Previous[start] = SpecialIds.Eos;
            tokens.CopyTo(Previous, start + 1);
            SourceTokens += pairs[row].Source.Length + 1;
            TargetTokens += tokens.Length + 1;
        }
    }

    /// <summary>B: the number of pairs.</summary>
    public int Rows { get; }

    /// <summary>S: the length of the longest source, eos included.</summary>
    public int SourceLength { get; }

    /// <summary>T: the length of the longest target, eos included.</summary>
    public int TargetLength { get; }

    /// <summary>Source tokens, [B, S].</summary>
    public int[] Source { get; }

    /// <summary>The decoder's input, [B, T].</summary>
    public int[] Previous { get; }

    /// <summary>The ids that the decoder is to predict, [B, T].</summary>
    public int[] Target { get; }

    /// <summary>Source tokens that are no padding.</summary>
    public int SourceTokens { get; }

    /// <summary>Target tokens that are no padding: what losses are divided by.</summary>
    public int TargetTokens { get; }

    /// <summary>Sources alone, for translation: each followed by eos and padded on the left.</summary>
    /// <param name="sources">Tokens without eos, one or more rows.</param>
    /// <param name="length">S: the length of the longest one, eos included.</param>
    /// <returns>[B, S]</returns>
    public static int[] PadSources(IReadOnlyList<int[]> sources, out int length)
    {
        ArgumentNullException.ThrowIfNull(sources);
        length = sources.Max(source => source.Length) + 1;
        int[] padded = new int[sources.Count * length];
        padded.AsSpan().Fill(SpecialIds.Pad);
        for (int row = 0; row < sources.Count; row++)
        {
            int end = (row + 1) * length - 1;
            padded[end] = SpecialIds.Eos;
            sources[row].CopyTo(padded, end - sources[row].Length);
        }

        return padded;
    }
}
