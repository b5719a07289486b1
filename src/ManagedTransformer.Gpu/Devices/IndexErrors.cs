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
    private readonly Func<long, int, Exception>[] _faults = new Func<long, int, Exception>[Capacity];
    private readonly ulong[] _read = GC.AllocateArray<ulong>(Capacity, pinned: true);
    private MemoryBuffer1D<ulong, Stride1D.Dense>? _words;
    private int _pending, _queued;

    /// <summary>The word of the next launch.</summary>
    /// <param name="fault">Makes the exception from the position and the index that is wrong there.</param>
    public ArrayView<ulong> Next(Func<long, int, Exception> fault)
    {
        lock (_gate)
        {
            if (_words is null)
            {
                MemoryBuffer1D<ulong, Stride1D.Dense>? words = null;
                DriverCall.Run(deviceName, "allocating memory", () => words = accelerator.Allocate1D<ulong>(Capacity));
                _words = words!;
                Clear();
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

    /// <summary>Queues the reading of the words that are in use.</summary>
    public void QueueRead()
    {
        lock (_gate)
        {
            _queued = _pending;
            if (_queued > 0)
            {
                _words!.View.BaseView.SubView(0, _queued).CopyToCPUUnsafeAsync(accelerator.DefaultStream, ref _read[0], _queued);
            }
        }
    }

    /// <summary>Throws the first error among the words that were read.</summary>
    public void ThrowIfAny()
    {
        lock (_gate)
        {
            int queued = _queued;
            (_queued, _pending) = (0, Math.Max(0, _pending - queued));
            for (int i = 0; i < queued; i++)
            {
                if (_read[i] != IndexReport.None)
                {
                    Clear();
                    _pending = 0;
                    throw _faults[i](IndexReport.Position(_read[i]), IndexReport.Index(_read[i]));
                }
            }
        }
    }

    private void Clear() => DriverCall.Run(deviceName, "writing memory", () => _words!.MemSet(byte.MaxValue));
}
