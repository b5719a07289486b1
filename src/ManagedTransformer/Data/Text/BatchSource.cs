namespace ManagedTransformer.Data.Text;

/// <summary>Gives the batches of language-model training: blocks of tokens with the tokens that follow each of them as targets.</summary>
internal abstract class BatchSource
{
    /// <summary>Checks what all sources need.</summary>
    /// <param name="stream">The tokens.</param>
    /// <param name="batchSize">Rows per batch, at least 1.</param>
    /// <param name="blockLength">Tokens per row, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    protected BatchSource(TokenStream stream, int batchSize, int blockLength)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockLength, 1);
        Stream = stream;
        BatchSize = batchSize;
        BlockLength = blockLength;
    }

    /// <summary>The tokens.</summary>
    public TokenStream Stream { get; }

    /// <summary>B: rows per batch.</summary>
    public int BatchSize { get; }

    /// <summary>T: tokens per row.</summary>
    public int BlockLength { get; }

    /// <summary>Where the source stands; set it to continue from a checkpoint of the same stream, sizes and seed.</summary>
    public BatchPosition Position { get; set; }

    /// <summary>The next batch; there is always one.</summary>
    /// <param name="inputs">Receives [B, T] tokens, row after row.</param>
    /// <param name="targets">Receives [B, T] tokens: for each input the one that follows it.</param>
    /// <returns>Whether the rows begin anew, so that caches and recurrent states of the batch before do not belong to them.</returns>
    /// <exception cref="ArgumentException">A buffer does not hold exactly B * T tokens.</exception>
    public bool Next(Span<int> inputs, Span<int> targets)
    {
        int size = BatchSize * BlockLength;
        if (inputs.Length != size || targets.Length != size)
        {
            throw new ArgumentException(
                $"A batch has {BatchSize} x {BlockLength} = {size} tokens; the buffers hold {inputs.Length} and {targets.Length}.");
        }

        return NextCore(inputs, targets);
    }

    /// <summary>Passes the next batch by: <see cref="Position"/> is as after <see cref="Next"/>.</summary>
    public abstract void Skip();

    /// <summary>Fills a batch and advances <see cref="Position"/>.</summary>
    /// <param name="inputs">[B, T]</param>
    /// <param name="targets">[B, T]</param>
    protected abstract bool NextCore(Span<int> inputs, Span<int> targets);

    /// <summary>Fills one row of a batch.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="start">The token of the stream at which the row's inputs begin.</param>
    /// <param name="inputs">[B, T]</param>
    /// <param name="targets">[B, T]</param>
    protected void ReadRow(int row, long start, Span<int> inputs, Span<int> targets)
    {
        Stream.Read(start, inputs.Slice(row * BlockLength, BlockLength));
        Stream.ReadTargets(start + 1, targets.Slice(row * BlockLength, BlockLength));
    }
}
