using ILGPU;
using ILGPU.Runtime;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>The launches of a stretch of work and the memory that they use.</summary>
internal sealed class GpuRecording(GpuDevice device) : DeviceRecording
{
    private const int Passes = 2;
    private const string Busy = "other work is recorded on the device";
    private readonly List<RecordedLaunch> _launches = [];
    private readonly List<int> _words = [];

    // Memory that was there before: whoever returned it has taken its addresses out of use.
    private readonly HashSet<Storage> _others = new(ReferenceEqualityComparer.Instance);
    private readonly RecordedMemory _memory = new(device.Pool);
    private readonly RecordedKeys _keys = new();
    private int _pass, _nextLaunch, _nextWord, _thread;
    private string? _obstacle;
    private CudaGraph? _graph;
    private bool _hasAskedForGraph;

    ~GpuRecording() => Close();

    /// <inheritdoc/>
    public override bool IsReady => _pass == Passes && _obstacle is null;

    /// <inheritdoc/>
    public override string? Obstacle => _obstacle;

    /// <inheritdoc/>
    public override void Record(RandomSource random, Action work)
    {
        if (_pass == Passes)
        {
            throw new InvalidOperationException("Work is recorded twice.");
        }

        if (device.Recording is not null)
        {
            Refuse(Busy);
        }

        if (_obstacle is not null)
        {
            work();
            return;
        }

        (_nextLaunch, _nextWord, _thread) = (0, 0, Environment.CurrentManagedThreadId);
        _memory.Begin(isSecond: _pass > 0);
        _keys.Begin(random);
        device.Recording = this;
        try
        {
            work();
            if (_pass > 0 && _nextLaunch != _launches.Count)
            {
                Refuse("there were fewer launches the second time");
            }

            if (_keys.End(random) is { } obstacle)
            {
                Refuse(obstacle);
            }

            _pass++;
        }
        catch
        {
            Refuse("it failed");
            throw;
        }
        finally
        {
            device.Recording = null;
        }
    }

    /// <inheritdoc/>
    public override bool TryReplay(RandomSource random)
    {
        if (!IsReady)
        {
            return false;
        }

        if (device.Recording is not null)
        {
            Refuse(Busy);
            return false;
        }

        foreach (Storage storage in _others)
        {
            if (storage.IsReleased)
            {
                Refuse("memory that it uses was returned");
                return false;
            }
        }

        _keys.Draw(random);
        if (!_hasAskedForGraph && _keys.Count == 0)
        {
            // The arguments of a graph stay what they are, and those of launches that draw do not.
            _graph = device.TryCapture(Issue);
        }

        _hasAskedForGraph = true;
        if (_graph?.TryLaunch() != true)
        {
            Issue();
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Refuse("it was given up");
        Close();
        _graph?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Says that the work cannot be repeated.</summary>
    /// <param name="obstacle">Why.</param>
    public void Refuse(string obstacle) => _obstacle ??= obstacle;

    /// <summary>Takes note of a launch.</summary>
    public void Add<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments)
        where TArguments : struct
    {
        if (!IsOwnThread)
        {
            Refuse("another thread used the device");
        }

        if (_obstacle is not null)
        {
            return;
        }

        RecordedKernel<TArguments> launch = new(kernel, config, arguments, _keys);
        if (_pass == 0)
        {
            _launches.Add(launch);
        }
        else if (_nextLaunch >= _launches.Count || !_launches[_nextLaunch++].IsLike(launch))
        {
            Refuse($"launch {_nextLaunch}, {AcceleratorLauncher.Name(kernel.Method)}, was another one the second time");
        }
    }

    /// <summary>A block for the pass; null where the pool has to give one.</summary>
    public MemoryBuffer1D<byte, Stride1D.Dense>? TryRent(long size)
    {
        if (!IsOwnThread || _obstacle is not null)
        {
            return null;
        }

        MemoryBuffer1D<byte, Stride1D.Dense>? block = _memory.TryRent(size);
        if (block is null)
        {
            Refuse("it asked for other memory the second time");
        }

        return block;
    }

    /// <summary>Takes note of memory that a launch is about to use.</summary>
    public void Use(Storage storage, MemoryBuffer1D<byte, Stride1D.Dense> block)
    {
        if (IsOwnThread && !_memory.Owns(block))
        {
            _others.Add(storage);
        }
    }

    /// <summary>The word in which the next launch reports wrong indices (<see cref="IndexErrors"/>), the same one every time.</summary>
    /// <param name="tryTake">Gives a new word, or null.</param>
    /// <returns>Null: a word that serves once will do.</returns>
    public int? TryWord(Func<int?> tryTake)
    {
        if (!IsOwnThread || _obstacle is not null)
        {
            return null;
        }

        if (_nextWord == _words.Count)
        {
            if (tryTake() is not { } word)
            {
                Refuse("it looks up too many indices");
                return null;
            }

            _words.Add(word);
        }

        return _words[_nextWord++];
    }

    private bool IsOwnThread => Environment.CurrentManagedThreadId == _thread;

    private void Issue()
    {
        foreach (RecordedLaunch launch in _launches)
        {
            launch.Issue(device, _keys);
        }
    }

    private void Close()
    {
        _memory.Close();
        device.IndexErrors.Return(_words);
    }
}
