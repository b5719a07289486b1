using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Text;

namespace ManagedTransformer.Training.Workers;

/// <summary>The workers of a run, or the one process that there is: what they share beside gradients.</summary>
/// <param name="group">The workers; null for one process alone.</param>
internal sealed class Crew(WorkerGroup? group)
{
    // Above it, blocks are sent one after the other: together they would not fit an array.
    private const long MostAtOnce = 1L << 30;

    /// <summary>The workers; null for one process alone.</summary>
    public WorkerGroup? Group => group;

    /// <summary>The number of workers.</summary>
    public int Count => group?.Count ?? 1;

    /// <summary>Whether this is the worker that evaluates, writes and tells.</summary>
    public bool IsFirst => group is null or { Rank: 0 };

    /// <summary>Whether all workers know of the failure that ends the run.</summary>
    public bool IsFailureShared { get; set; }

    /// <summary>Whether a thing holds for any worker.</summary>
    /// <param name="value">Whether it holds for this one.</param>
    public bool Any(bool value)
    {
        if (group is null)
        {
            return value;
        }

        byte[] all = new byte[group.Count];
        all[group.Rank] = value ? (byte)1 : (byte)0;
        int[] lengths = new int[all.Length];
        Array.Fill(lengths, 1);
        group.Gather(all, lengths);
        return all.Contains((byte)1);
    }

    /// <summary>Does something on every worker, without exchanges. Afterwards all have done it, or all throw.</summary>
    /// <param name="action">What to do.</param>
    /// <exception cref="InputException">Another worker failed.</exception>
    public void Together(Action action)
    {
        if (group is null)
        {
            action();
            return;
        }

        Exception? own = null;
        try
        {
            action();
        }
#pragma warning disable CA1031 // Whatever goes wrong, the others wait to hear of it.
        catch (Exception e)
        {
            own = e;
        }
#pragma warning restore CA1031
        byte[][] messages = Gather(own is null ? [] : Encoding.UTF8.GetBytes($"-{own.Message}"));
        int failed = Array.FindIndex(messages, message => message.Length > 0);
        if (failed < 0)
        {
            return;
        }

        IsFailureShared = true;
        if (own is not null)
        {
            ExceptionDispatchInfo.Throw(own);
        }

        string message = Encoding.UTF8.GetString(messages[failed].AsSpan(1));
        throw new InputException(failed == 0 ? message : $"Worker {failed} of {group.Count}: {message}");
    }

    /// <summary>Does something on the first worker, while the others wait. Afterwards it is done, or all throw.</summary>
    /// <param name="action">What to do.</param>
    /// <exception cref="InputException">On the others: the first one failed.</exception>
    public void First(Action action) => Together(IsFirst ? action : static () => { });

    /// <summary>
    /// Does what all workers do, with exchanges in between. One that fails alone ends all of them: the others would wait for it for ever.
    /// </summary>
    /// <param name="function">What to do.</param>
    public T Guard<T>(Func<T> function)
    {
        try
        {
            return function();
        }
        catch (Exception e) when (Count > 1 && !IsFailureShared)
        {
            group!.Abort($"Worker {group.Rank} of {group.Count}: {e.Message}");
            throw;
        }
    }

    /// <summary>Bytes of every worker, as many as each has.</summary>
    /// <param name="own">Those of this one.</param>
    public byte[][] Gather(ReadOnlySpan<byte> own)
    {
        if (group is null)
        {
            return [own.ToArray()];
        }

        byte[] sizes = new byte[group.Count * sizeof(long)];
        int[] lengths = new int[group.Count];
        Array.Fill(lengths, sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(sizes.AsSpan(group.Rank * sizeof(long)), own.Length);
        group.Gather(sizes, lengths);
        byte[][] all = new byte[group.Count][];
        long total = 0;
        for (int i = 0; i < all.Length; i++)
        {
            lengths[i] = checked((int)BinaryPrimitives.ReadInt64LittleEndian(sizes.AsSpan(i * sizeof(long))));
            all[i] = i == group.Rank ? own.ToArray() : new byte[lengths[i]];
            total += lengths[i];
        }

        if (total == 0)
        {
            return all;
        }

        if (total > MostAtOnce)
        {
            for (int i = 0; i < all.Length; i++)
            {
                group.Broadcast(all[i], i);
            }

            return all;
        }

        byte[] joined = new byte[total];
        own.CopyTo(joined.AsSpan(lengths.Take(group.Rank).Sum()));
        group.Gather(joined, lengths);
        int start = 0;
        for (int i = 0; i < all.Length; i++)
        {
            joined.AsSpan(start, lengths[i]).CopyTo(all[i]);
            start += lengths[i];
        }

        return all;
    }
}
