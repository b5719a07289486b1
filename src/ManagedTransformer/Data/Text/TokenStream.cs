using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Data.Text;

/// <summary>
/// A sequence of token ids that is read in pieces: the tokens of a training text, in memory or in a file. Safe for concurrent reads.
/// </summary>
public abstract class TokenStream
{
    /// <summary>The number of tokens.</summary>
    public abstract long Length { get; }

    /// <summary>Copies consecutive tokens.</summary>
    /// <param name="position">The first token, from 0.</param>
    /// <param name="destination">Receives the tokens [position, position + destination.Length).</param>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie within the stream.</exception>
    public void Read(long position, Span<int> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Length - destination.Length);
        ReadCore(position, destination);
    }

    /// <summary>A part of this stream; nothing is copied.</summary>
    /// <param name="start">The first token of the part.</param>
    /// <param name="length">The number of tokens of the part.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within the stream.</exception>
    public TokenStream Slice(long start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - length);
        return new TokenStreamSlice(this, start, length);
    }

    /// <summary>Cuts the stream in two: the first part ends before token floor((1 - fraction) * Length).</summary>
    /// <param name="fraction">The share of the second part, 0 to 1; 0.1 gives the first 90 % and the last 10 %.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is not between 0 and 1.</exception>
    public (TokenStream First, TokenStream Last) SplitLast(double fraction)
    {
        if (!(fraction is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The fraction is between 0 and 1.");
        }

        long cut = (long)((1 - fraction) * Length);
        return (Slice(0, cut), Slice(cut, Length - cut));
    }

    /// <summary>A stream in memory; the ids are copied, each into as few bytes as the largest one takes.</summary>
    /// <param name="ids">The tokens, none negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public static TokenStream FromIds(ReadOnlySpan<int> ids)
    {
        int largest = 0;
        foreach (int id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
            largest = Math.Max(largest, id);
        }

        int width = TokenWidth.For((long)largest + 1);
        byte[] packed = new byte[(long)ids.Length * width];
        TokenWidth.Pack(ids, width, packed);
        return new PackedTokenStream(packed, width);
    }

    /// <summary>
    /// A stream in memory whose ids are byte values, as a <see cref="ByteTokenizer"/> of all values gives them; nothing is copied.
    /// </summary>
    /// <param name="bytes">The tokens.</param>
    public static TokenStream FromBytes(ReadOnlyMemory<byte> bytes) => new PackedTokenStream(bytes, 1);

    /// <summary>The tokens of a text, in memory.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="utf8">The text; not copied where the tokens are its bytes.</param>
    /// <exception cref="InputException">The text has a character that the vocabulary lacks,
    /// or is not valid UTF-8 where the tokenizer needs this.</exception>
    public static TokenStream Encode(ITokenizer tokenizer, ReadOnlyMemory<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return tokenizer is ByteTokenizer { VocabularySize: 256 } ? FromBytes(utf8) : FromIds(tokenizer.Encode(utf8.Span));
    }

    /// <summary>Copies tokens as targets: what losses leave out is replaced by a number that they ignore.</summary>
    /// <param name="position">The first token, from 0.</param>
    /// <param name="destination">Receives the targets.</param>
    internal virtual void ReadTargets(long position, Span<int> destination) => Read(position, destination);

    /// <summary>Copies tokens of a range that was checked.</summary>
    /// <param name="position">The first token.</param>
    /// <param name="destination">Receives the tokens.</param>
    protected abstract void ReadCore(long position, Span<int> destination);
}
