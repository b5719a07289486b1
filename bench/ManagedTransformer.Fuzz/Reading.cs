using System.Diagnostics;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Fuzz;

/// <summary>Has a target read files, one after another, and watches what it does.</summary>
internal sealed class Reading : IDisposable
{
    private readonly FuzzTarget _target;
    private readonly Workplace _place;
    private long _begun;

    /// <summary>Makes the folder that the target reads in.</summary>
    public Reading(FuzzTarget target) => (_target, _place) = (target, new Workplace(target));

    /// <summary>How long the file takes so far that is being read; 0 between two.</summary>
    public TimeSpan Elapsed => Interlocked.Read(ref _begun) is var begun and not 0 ? Stopwatch.GetElapsedTime(begun) : TimeSpan.Zero;

    /// <summary>The file that is being read, or was read last.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>The sentence with which the last file was refused; null where it was read.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <returns>What is wrong with the reader; null for nothing.</returns>
    public string? Check(byte[] bytes)
    {
        Bytes = bytes;
        _place.Put(bytes);
        (string? problem, Usage first) = Read(() => 0);
        if (problem is not null || first.Fits(bytes.Length))
        {
            return problem;
        }

        // Nothing that the collector could take away counts, and no work of others.
        Usage least = new(first.Time, long.MaxValue);
        for (int look = 1; look < FuzzLimits.Looks && !least.Fits(bytes.Length); look++)
        {
            _place.Put(bytes);
            using MemoryWatch watch = new();
            least = least.Least(Read(watch.Most).Usage);
            _place.Put(bytes);
            least = least.Least(Read(() => 0).Usage with { Memory = long.MaxValue });
        }

        return least.Fits(bytes.Length) ? null
            : $"It takes {least.Time.TotalSeconds:F2} s and {least.Memory:N0} bytes of memory for a file of {bytes.Length:N0} bytes.";
    }

    /// <inheritdoc/>
    public void Dispose() => _place.Dispose();

    private (string? Problem, Usage Usage) Read(Func<long> mostMemory)
    {
        long managed = GC.GetTotalAllocatedBytes(), native = HostDevice.Pool.AllocatedBytes;
        Interlocked.Exchange(ref _begun, Stopwatch.GetTimestamp());
        string? problem = null;
        bool succeeded = false;
        Refusal = null;
        try
        {
            _target.Read(_place.Folder);
            succeeded = true;
        }
        catch (Exception e) when (e is InputException || e.GetType() == _target.Documented)
        {
            Refusal = e.Message;
            problem = e.Message.Length is > 0 and <= FuzzLimits.Message && !e.Message.Any(char.IsControl) ? null
                : $"The message of {e.Message.Length} characters is no sentence: {e}";
        }
        catch (Exception e)
        {
            problem = e.ToString();
        }

        TimeSpan time = Elapsed;
        Interlocked.Exchange(ref _begun, 0);
        long memory = mostMemory() is var most and > 0 ? most
            : GC.GetTotalAllocatedBytes() - managed + HostDevice.Pool.AllocatedBytes - native;
        if (_place.Written(succeeded) is { } written)
        {
            problem ??= $"It writes {written}.";
        }

        return (problem, new Usage(time, memory));
    }

    private readonly record struct Usage(TimeSpan Time, long Memory)
    {
        public bool Fits(long length) => Time <= FuzzLimits.Time && Memory <= FuzzLimits.Memory + (2 * length);

        public Usage Least(Usage other) =>
            new(Time < other.Time ? Time : other.Time, Math.Min(Memory, other.Memory));
    }
}
