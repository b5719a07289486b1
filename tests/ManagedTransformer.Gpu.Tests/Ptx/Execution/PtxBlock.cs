using ILGPU;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>A block of threads: its warps run one after another from barrier to barrier.</summary>
internal sealed unsafe class PtxBlock
{
    private readonly PtxKernel _kernel;
    private readonly PtxWarp[] _warps;
    private readonly byte[] _local;
    private readonly PtxCopies?[] _copies;
    private readonly int _threads;

    public PtxBlock(PtxLaunch launch, PtxKernel kernel)
    {
        (Launch, _kernel, _threads) = (launch, kernel, (int)launch.BlockSize.Size);
        Shared = new PtxShared(kernel.SharedBytes + launch.DynamicSharedBytes, kernel.SharedGranule);
        _local = GC.AllocateArray<byte>((_threads * LocalStride) + 16, pinned: true);
        _copies = new PtxCopies?[_threads];
        _warps = new PtxWarp[(_threads + PtxWarp.Size - 1) / PtxWarp.Size];
        for (int i = 0; i < _warps.Length; i++)
        {
            _warps[i] = new PtxWarp(this, kernel, i, Math.Min(PtxWarp.Size, _threads - (i * PtxWarp.Size)));
        }
    }

    public PtxLaunch Launch { get; }

    public PtxShared Shared { get; }

    public Index3D Position { get; private set; }

    /// <summary>The block's place in the grid, counted through.</summary>
    public long Number { get; private set; }

    /// <summary>Barriers so far.</summary>
    public uint Barriers { get; private set; }

    private int LocalStride => (_kernel.LocalBytes + 15) / 16 * 16;

    /// <summary>Executes one block of the grid.</summary>
    public void Run(Index3D position, long number)
    {
        (Position, Number, Barriers) = (position, number, 0);
        Shared.Clear();
        Array.Fill(_local, byte.MaxValue);
        Array.Clear(_copies);
        foreach (PtxWarp warp in _warps)
        {
            warp.Reset();
            _kernel.FillPosition(warp);
        }

        do
        {
            foreach (PtxWarp warp in _warps)
            {
                warp.Run();
            }
        }
        while (OpenBarrier());
    }

    public void Count(PtxWarp warp, long executed) => Launch.Count(warp, executed);

    public byte* LocateLocal(PtxWarp warp, int lane, ulong address, int bytes)
    {
        if (address % (uint)bytes != 0)
        {
            throw warp.Fault(lane, $"touches {bytes} bytes at the misaligned address {address} of local memory");
        }

        if (address + (uint)bytes > (ulong)_kernel.LocalBytes)
        {
            throw warp.Fault(lane, $"touches {bytes} bytes at {address}, outside of its {_kernel.LocalBytes} bytes of local memory");
        }

        return (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _local[0]) + (warp.Thread(lane) * LocalStride) + address;
    }

    /// <summary>The copies that a thread has started.</summary>
    public PtxCopies Copies(int thread) => _copies[thread] ??= new PtxCopies();

    /// <summary>Starts a copy into shared memory: from now on nobody may touch the target, until the thread has waited.</summary>
    public void StartCopy(PtxWarp warp, int lane, ulong target, int bytes, byte* source, int count)
    {
        byte* place = Shared.Locate(warp, lane, target, bytes, PtxAccess.CopyStart);
        new Span<byte>(place, bytes).Fill(byte.MaxValue);
        Copies(warp.Thread(lane)).Add(new PtxCopy(target, bytes, (ulong)source, count));
    }

    /// <summary>Waits for a thread's copies, but for those of its last few groups.</summary>
    public void FinishCopies(PtxWarp warp, int lane, int kept)
    {
        foreach (PtxCopy copy in Copies(warp.Thread(lane)).Take(kept))
        {
            byte* place = Shared.Locate(warp, lane, copy.Target, copy.Bytes, PtxAccess.CopyEnd);
            new ReadOnlySpan<byte>((void*)copy.Source, copy.Count).CopyTo(new Span<byte>(place, copy.Bytes));
            new Span<byte>(place + copy.Count, copy.Bytes - copy.Count).Clear();
        }
    }

    /// <summary>False if all threads have ended.</summary>
    private bool OpenBarrier()
    {
        PtxWarp? waiting = Array.Find(_warps, warp => warp.WaitsAt is not null);
        if (waiting is null)
        {
            return false;
        }

        PtxBarrier barrier = waiting.WaitsAt!;
        foreach (PtxWarp warp in _warps)
        {
            if (warp.WaitsAt != barrier)
            {
                string place = warp.WaitsAt is null ? "has ended" : $"waits at '{warp.WaitsAt.Text}'";
                throw waiting.Fault(0, $"waits at a barrier that thread {warp.Thread(0)} never reaches: it {place}");
            }
        }

        if (barrier.Reduces)
        {
            int count = _warps.Sum(barrier.Count);
            Array.ForEach(_warps, warp => barrier.Deliver(warp, count, _threads));
        }

        Barriers++;
        return true;
    }
}
