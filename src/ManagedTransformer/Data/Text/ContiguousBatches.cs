using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Text;

/// <summary>
/// Batches whose rows each read one contiguous part of the stream, so that every batch continues the one before and caches stay valid:
/// with n = floor(length / B), row b is stream[b n .. (b + 1) n) and a block is the column range [c, c + T) of all rows. After a block,
/// where c + T >= n - T, the rows begin anew at column 0, or at a random one below T so that the block boundaries differ from pass to pass
/// (Sukhbaatar et al., "Adaptive Attention Span in Transformers", 2019, training code).
/// </summary>
internal sealed class ContiguousBatches : BatchSource
{
    private readonly ulong? _offsetSeed;
    private readonly long _rowLength;

    /// <summary>Lays a stream out in rows.</summary>
    /// <param name="stream">The tokens; the last length mod B are not used.</param>
    /// <param name="batchSize">B: rows per batch, at least 1.</param>
    /// <param name="blockLength">T: tokens per row, at least 1.</param>
    /// <param name="offsetSeed">Keys the random columns at which later passes begin; without it every pass begins at column 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    /// <exception cref="InputException">A row has no T + 1 tokens.</exception>
    public ContiguousBatches(TokenStream stream, int batchSize, int blockLength, ulong? offsetSeed = null)
        : base(stream, batchSize, blockLength)
    {
        _offsetSeed = offsetSeed;
        _rowLength = stream.Length / batchSize;
        if (stream is MaskedTokenStream)
        {
            throw new InputException(
                "records with prompts are read from their beginnings, and not as one stream, as span attention and training.sampling "
                + "'stream' need it; give them as texts, or without prompts.");
        }

        if (_rowLength < blockLength + 1L)
        {
            throw new InputException(
                $"The text has {TextSize.Tokens(stream.Length)}, but {batchSize} rows of blocks of {blockLength} tokens need at least "
                + $"{batchSize * (blockLength + 1L)}.");
        }
    }

    /// <summary>The number of blocks of a pass that begins at column 0.</summary>
    public long BlocksPerPass => (_rowLength - 1) / BlockLength;

    /// <inheritdoc/>
    public override void Skip()
    {
        (long step, long column, long pass) = Position;
        column += BlockLength;
        if (column >= _rowLength - BlockLength)
        {
            column = FirstColumn(++pass);
        }

        Position = new(step + 1, column, pass);
    }

    /// <inheritdoc/>
    protected override bool NextCore(Span<int> inputs, Span<int> targets)
    {
        (_, long column, long pass) = Position;
        if (column < 0 || column >= _rowLength - BlockLength)
        {
            throw new InputException(
                $"The saved data position (column {column}) does not fit rows of {_rowLength} tokens; "
                + "the run began with another text or batch size.");
        }

        bool anew = column == FirstColumn(pass);
        for (int row = 0; row < BatchSize; row++)
        {
            ReadRow(row, row * _rowLength + column, inputs, targets);
        }

        Skip();
        return anew;
    }

    /// <summary>
    /// The column at which a pass begins; limited to where a whole block follows, which matters for rows shorter than two blocks.
    /// </summary>
    private long FirstColumn(long pass) => pass == 0 || _offsetSeed is not { } seed
        ? 0
        : SplitMix64.Scale(SplitMix64.Hash(seed, (ulong)pass, 0), Math.Min(BlockLength, _rowLength - BlockLength));
}
