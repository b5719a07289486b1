using System.Buffers;
using System.Diagnostics;
using ManagedTransformer.Training.Workers;
using Native = MPI.Unsafe;

namespace ManagedTransformer.Mpi;

/// <summary>Sends and receives that are under way.</summary>
internal sealed unsafe class MpiExchange : WorkerExchange
{
    private const int TurnsBetweenYields = 16;

    private readonly MpiWorkers _workers;
    private readonly int[] _requests;
    private readonly MPI.Unsafe.MPI_Status[] _statuses;
    private readonly MemoryHandle[] _handles;
    private bool _hasEnded;

    /// <summary>Begins the exchange.</summary>
    /// <param name="workers">The group.</param>
    /// <param name="tag">Tells it apart from others.</param>
    /// <param name="send">A block for every worker.</param>
    /// <param name="receive">Room for a block of every worker.</param>
    public MpiExchange(MpiWorkers workers, int tag, ReadOnlyMemory<byte>[] send, Memory<byte>[] receive)
    {
        _workers = workers;
        int others = workers.Count - 1, next = 0;
        _requests = new int[2 * others];
        _statuses = new MPI.Unsafe.MPI_Status[_requests.Length];
        _handles = new MemoryHandle[_requests.Length];

        // Each begins with the one behind it, so that not all send to the same worker at once. Room first: what arrives finds its place.
        for (int distance = 1; distance < workers.Count; distance++)
        {
            int from = (workers.Rank + workers.Count - distance) % workers.Count;
            _handles[next] = receive[from].Pin();
            MpiWorkers.Check(Native.MPI_Irecv((nint)_handles[next].Pointer, receive[from].Length, Native.MPI_BYTE, from, tag,
                Native.MPI_COMM_WORLD, out _requests[next]));
            next++;
        }

        for (int distance = 1; distance < workers.Count; distance++)
        {
            int to = (workers.Rank + distance) % workers.Count;
            _handles[next] = send[to].Pin();
            MpiWorkers.Check(Native.MPI_Isend((nint)_handles[next].Pointer, send[to].Length, Native.MPI_BYTE, to, tag,
                Native.MPI_COMM_WORLD, out _requests[next]));
            next++;
        }
    }

    /// <inheritdoc/>
    public override bool Poll()
    {
        if (!_hasEnded)
        {
            long start = Stopwatch.GetTimestamp();
            int flag = 0;
            fixed (int* requests = _requests)
            {
                MpiWorkers.Check(Native.MPI_Testall(_requests.Length, requests, out flag, _statuses));
            }

            _workers.CountSince(start);
            if (flag != 0)
            {
                End();
            }
        }

        return _hasEnded;
    }

    /// <inheritdoc/>
    public override void Wait()
    {
        // Where there are more processes than cores, the one that is waited for gets this one's.
        for (int turn = 1; !Poll(); turn++)
        {
            if (turn % TurnsBetweenYields == 0)
            {
                Thread.Yield();
            }
        }
    }

    private void End()
    {
        _hasEnded = true;
        foreach (MemoryHandle handle in _handles)
        {
            handle.Dispose();
        }
    }
}
