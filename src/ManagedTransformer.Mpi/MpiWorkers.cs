using System.Diagnostics;
using System.Text;
using ManagedTransformer.Training.Workers;
using Native = MPI.Unsafe;

namespace ManagedTransformer.Mpi;

/// <summary>
/// The processes that <c>mpirun</c>, or a cluster's scheduler, has started together: all of <c>MPI_COMM_WORLD</c>. There is one such group
/// in the life of a process; all calls are made by one thread at a time.
/// </summary>
public sealed unsafe class MpiWorkers : WorkerGroup
{
    // Initialisation with threads: calls by one of them at a time.
    private const int Serialized = 2;

    private static bool _isStarted;
    private bool _isClosed;
    private long _waited;

    private MpiWorkers()
    {
        int arguments = 0;
        byte** values = null;
        Check(Native.MPI_Init_thread(ref arguments, ref values, Serialized, out _));
        Check(Native.MPI_Errhandler_set(Native.MPI_COMM_WORLD, Native.MPI_ERRORS_RETURN));
        Check(Native.MPI_Comm_rank(Native.MPI_COMM_WORLD, out int rank));
        Check(Native.MPI_Comm_size(Native.MPI_COMM_WORLD, out int count));
        (Rank, Count) = (rank, count);
    }

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override TimeSpan Inside => Stopwatch.GetElapsedTime(0, _waited);

    /// <summary>Joins the processes that were started with this one.</summary>
    /// <exception cref="InputException">There is no MPI, or another one than was used to start the processes.</exception>
    /// <exception cref="InvalidOperationException">The process has joined before.</exception>
    public static MpiWorkers Start()
    {
        if (_isStarted)
        {
            throw new InvalidOperationException("A process can join MPI once.");
        }

        MpiLibrary.Load();
        _isStarted = true;
        MpiWorkers workers = new();
        if (workers.Count == 1 && TasksOfScheduler() is > 1 and var tasks)
        {
            workers.Dispose();
            throw new InputException(
                $"Slurm has started {tasks} tasks, and MPI sees this one alone: 'srun --mpi=pmi2' tells them of each other.");
        }

        return workers;
    }

    /// <inheritdoc/>
    public override WorkerExchange Begin(int tag, ReadOnlyMemory<byte>[] send, Memory<byte>[] receive)
    {
        ArgumentNullException.ThrowIfNull(send);
        ArgumentNullException.ThrowIfNull(receive);
        long start = Stopwatch.GetTimestamp();
        MpiExchange exchange = new(this, tag, send, receive);
        _waited += Stopwatch.GetTimestamp() - start;
        return exchange;
    }

    /// <inheritdoc/>
    public override void Gather(Span<byte> blocks, ReadOnlySpan<int> lengths)
    {
        long start = Stopwatch.GetTimestamp();
        int[] counts = lengths.ToArray(), places = new int[counts.Length];
        for (int i = 1; i < places.Length; i++)
        {
            places[i] = checked(places[i - 1] + counts[i - 1]);
        }

        fixed (byte* data = blocks)
        {
            const int inPlace = -1;
            Check(Native.MPI_Allgatherv(
                inPlace, 0, Native.MPI_BYTE, (nint)data, counts, places, Native.MPI_BYTE, Native.MPI_COMM_WORLD));
        }

        _waited += Stopwatch.GetTimestamp() - start;
    }

    /// <inheritdoc/>
    public override void Broadcast(Span<byte> data, int from)
    {
        long start = Stopwatch.GetTimestamp();
        fixed (byte* bytes = data)
        {
            Check(Native.MPI_Bcast((nint)bytes, data.Length, Native.MPI_BYTE, from, Native.MPI_COMM_WORLD));
        }

        _waited += Stopwatch.GetTimestamp() - start;
    }

    /// <inheritdoc/>
    public override void Abort(string message)
    {
        Console.Error.WriteLine(message);
        Console.Error.Flush();
        _ = Native.MPI_Abort(Native.MPI_COMM_WORLD, 1);
    }

    /// <summary>Refuses what a call says went wrong.</summary>
    /// <param name="code">What it returned.</param>
    /// <exception cref="InputException">It is a failure.</exception>
    internal static void Check(int code)
    {
        if (code != 0)
        {
            byte[] text = new byte[Native.MPI_MAX_ERROR_STRING];
            int length = text.Length;
            _ = Native.MPI_Error_string(code, text, ref length);
            string message = Encoding.UTF8.GetString(text, 0, Math.Max(0, Math.Min(length, text.Length)));
            throw new InputException($"MPI failed, perhaps since another worker has gone: {message.ReplaceLineEndings(" ").Trim()}.");
        }
    }

    /// <summary>Counts time that an exchange spent inside MPI.</summary>
    /// <param name="start">When that began.</param>
    internal void CountSince(long start) => _waited += Stopwatch.GetTimestamp() - start;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClosed)
        {
            _isClosed = true;
            _ = Native.MPI_Finalize();
        }

        base.Dispose(disposing);
    }

    private static int? TasksOfScheduler() =>
        int.TryParse(Environment.GetEnvironmentVariable("SLURM_STEP_NUM_TASKS"), out int tasks) ? tasks : null;
}
