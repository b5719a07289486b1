using ILGPU;
using ILGPU.Runtime;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Wrong indices that kernels met. A kernel cannot throw: it leaves the place out and reports it in a word of its launch
/// (<see cref="IndexReport"/>), and the next time that the host reads memory back it reads these words as well and throws what the CPU
/// would have thrown.
/// </summary>
internal sealed unsafe class IndexErrors(Accelerator accelerator, string deviceName)
{
    private const int Capacity = 1024;
    private readonly Lock _gate = new();

    // Behind the words of pending launches stand those of recorded ones, which report there as often as they are made.
    private readonly Func<long, int, Exception>[] _faults = new Func<long, int, Exception>[2 * Capacity];
    private readonly ulong[] _read = GC.AllocateArray<ulong>(2 * Capacity, pinned: true);
    private readonly SortedSet<int> _returned = [];
    private MemoryBuffer1D<ulong, Stride1D.Dense>? _words;
    private int _pending, _recorded, _queued, _queuedRecorded;

    /// <summary>The recording that sees the launches; null for none.</summary>
    public GpuRecording? Recording { get; set; }

    /// <summary>The word of the next launch.</summary>
    /// <param name="fault">Makes the exception from the position and the index that is wrong there.</param>
    public ArrayView<ulong> Next(Func<long, int, Exception> fault)
    {
        lock (_gate)
        {
            if (_words is null)
            {
                MemoryBuffer1D<ulong, Stride1D.Dense>? words = null;
                DriverCall.Run(deviceName, "allocating memory", () => words = accelerator.Allocate1D<ulong>(2 * Capacity));
                _words = words!;
                Clear();
            }

            if (Recording?.TryWord(TryTakeRecorded) is { } word)
            {
                _faults[word] = fault;
                return _words.View.BaseView.SubView(word, 1);
            }

            if (_pending == Capacity)
            {
                DriverCall.Run(deviceName, "computing", () =>
                {
                    QueueRead();
                    accelerator.DefaultStream.Synchronize();
                });
                ThrowIfAny();
            }

            _faults[_pending] = fault;
            return _words.View.BaseView.SubView(_pending++, 1);
        }
    }

    /// <summary>Takes words of a recording back.</summary>
    public void Return(IEnumerable<int> words)
    {
        lock (_gate)
        {
            _returned.UnionWith(words);
        }
    }

    /// <summary>Queues the reading of the words that are in use.</summary>
    public void QueueRead()
    {
        lock (_gate)
        {
            (_queued, _queuedRecorded) = (_pending, _recorded);
            QueueRead(0, _queued);
            QueueRead(Capacity, _queuedRecorded);
        }
    }

    /// <summary>Throws the first error among the words that were read.</summary>
    public void ThrowIfAny()
    {
        lock (_gate)
        {
            (int queued, int recorded) = (_queued, _queuedRecorded);
            (_queued, _queuedRecorded, _pending) = (0, 0, Math.Max(0, _pending - queued));
            ThrowIfAny(0, queued);
            ThrowIfAny(Capacity, recorded);
        }
    }

    private void QueueRead(int start, int count)
    {
        if (count > 0)
        {
            _words!.View.BaseView.SubView(start, count).CopyToCPUUnsafeAsync(accelerator.DefaultStream, ref _read[start], count);
        }
    }

    private void ThrowIfAny(int start, int count)
    {
        for (int i = start; i < start + count; i++)
        {
            if (_read[i] != IndexReport.None)
            {
                Clear();
                _pending = 0;
                throw _faults[i](IndexReport.Position(_read[i]), IndexReport.Index(_read[i]));
            }
        }
    }

    // The lowest that came back, else a new one.
    private int? TryTakeRecorded()
    {
        if (_returned.Count > 0)
        {
            int word = _returned.Min;
            _returned.Remove(word);
            return word;
        }

        return _recorded < Capacity ? Capacity + _recorded++ : null;
    }

    private void Clear() => DriverCall.Run(deviceName, "writing memory", () => _words!.MemSet(byte.MaxValue));
}
