using ManagedTransformer.Generation.Batching;

namespace ManagedTransformer.Server.Models;

/// <summary>Work that is done one piece at a time, in the order in which it came: each piece uses all cores.</summary>
/// <param name="places">Most pieces that wait.</param>
internal sealed class WorkLine(int places) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private int _pieces;

    /// <summary>Pieces that wait or are being worked on.</summary>
    public int Count => Volatile.Read(ref _pieces);

    /// <summary>Does a piece of work when its turn has come.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellation">Takes it out of the line; what has begun ends where <paramref name="work"/> looks at it.</param>
    /// <typeparam name="T">What it makes.</typeparam>
    /// <exception cref="BatchFullException">No place is free.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _pieces) > places + 1)
        {
            Interlocked.Decrement(ref _pieces);
            throw new BatchFullException($"The model is at work, and all {places} places of the queue are taken.");
        }

        try
        {
            await _turn.WaitAsync(cancellation);
            try
            {
                return await Task.Run(work, cancellation);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _pieces);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
