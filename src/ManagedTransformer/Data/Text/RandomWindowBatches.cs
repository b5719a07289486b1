using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Text;

/// <summary>
/// Batches whose rows are windows at uniformly random places of the stream. The windows of a step are a pure function of the seed and the
/// step, so a run continues from the number of its step alone. Windows of records with prompts begin with a record.
/// </summary>
internal sealed class RandomWindowBatches : BatchSource
{
    private readonly ulong _seed;

    // Where windows of records begin; null for plain text.
    private readonly long[]? _starts;

    /// <summary>Prepares windows over a stream.</summary>
    /// <param name="stream">The tokens.</param>
    /// <param name="batchSize">B: rows per batch, at least 1.</param>
    /// <param name="blockLength">T: tokens per row, at least 1.</param>
    /// <param name="seed">Selects the windows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    /// <exception cref="InputException">The stream has no T + 1 tokens.</exception>
    public RandomWindowBatches(TokenStream stream, int batchSize, int blockLength, ulong seed)
        : base(stream, batchSize, blockLength)
    {
        _seed = seed;
        if (stream.Length < blockLength + 1L)
        {
            throw new InputException(
                $"The text has {TextSize.Tokens(stream.Length)}, but a block of {blockLength} tokens with its targets needs "
                + $"{blockLength + 1L}.");
        }

        _starts = (stream as MaskedTokenStream)?.Starts(blockLength);
    }

    /// <inheritdoc/>
    public override void Skip() => Position = new(Position.Step + 1);

    /// <inheritdoc/>
    protected override bool NextCore(Span<int> inputs, Span<int> targets)
    {
        long step = Position.Step;
        for (int row = 0; row < BatchSize; row++)
        {
            ulong random = SplitMix64.Hash(_seed, (ulong)step, (ulong)row);
            long start = _starts is null
                ? SplitMix64.Scale(random, Stream.Length - BlockLength)
                : _starts[SplitMix64.Scale(random, _starts.Length)];
            ReadRow(row, start, inputs, targets);
        }

        Skip();
        return true;
    }
}
