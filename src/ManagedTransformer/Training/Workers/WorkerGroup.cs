namespace ManagedTransformer.Training.Workers;

/// <summary>
/// Processes that train one model together, each on its share of an update's batches: what they need of a network. Every worker makes the
/// same calls in the same order, from one thread at a time.
/// </summary>
public abstract class WorkerGroup : IDisposable
{
    /// <summary>This worker's number, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>The number of workers.</summary>
    public abstract int Count { get; }

    /// <summary>Time that this worker has spent in exchanges so far, waiting for others included; 0 where nobody counts it.</summary>
    public virtual TimeSpan Inside => default;

    /// <summary>
    /// Begins to send a block to every other worker and to receive one from each. The memory belongs to the exchange until it has ended.
    /// </summary>
    /// <param name="tag">Tells exchanges that are under way at the same time apart; the same for all workers.</param>
    /// <param name="send">Block <c>i</c> is for worker <c>i</c>; the own one is left alone.</param>
    /// <param name="receive">Block <c>i</c>, of the length that worker <c>i</c> sends, receives its block; the own one is left
    /// alone.</param>
    public abstract WorkerExchange Begin(int tag, ReadOnlyMemory<byte>[] send, Memory<byte>[] receive);

    /// <summary>Gathers a block of every worker.</summary>
    /// <param name="blocks">All blocks, one behind the other by worker; the own one is filled in, the others are received.</param>
    /// <param name="lengths">The bytes of each worker's block.</param>
    public abstract void Gather(Span<byte> blocks, ReadOnlySpan<int> lengths);

    /// <summary>Sends one worker's bytes to all.</summary>
    /// <param name="data">Its bytes, or room for as many.</param>
    /// <param name="from">The worker that sends.</param>
    public abstract void Broadcast(Span<byte> data, int from);

    /// <summary>Ends all workers, since this one cannot go on.</summary>
    /// <param name="message">Why, for a person to read.</param>
    public abstract void Abort(string message);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Leaves the group; waits for the other workers to do the same.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
