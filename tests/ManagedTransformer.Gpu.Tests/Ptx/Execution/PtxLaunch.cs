using ILGPU;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>One launch of a kernel: all blocks one after another, on the calling thread.</summary>
internal sealed unsafe class PtxLaunch
{
    // What a block can have on SM_90.
    private const int MostSharedBytes = 227 << 10;

    private readonly PtxKernel _kernel;
    private readonly byte[] _parameters;
    private readonly long _budget;

    /// <param name="kernel">What is executed.</param>
    /// <param name="grid">Blocks.</param>
    /// <param name="blockSize">Threads of a block.</param>
    /// <param name="dynamicSharedBytes">Shared memory beyond what the kernel declares.</param>
    /// <param name="parameters">As the kernel lays them out.</param>
    /// <param name="buffers">Global memory that it may touch.</param>
    /// <param name="budget">The most instructions, counted per thread.</param>
    public PtxLaunch(
        PtxKernel kernel, Index3D grid, Index3D blockSize, int dynamicSharedBytes,
        ReadOnlySpan<byte> parameters, IEnumerable<(ulong Start, ulong Bytes)> buffers, long budget)
    {
        if (parameters.Length != kernel.ParameterBytes)
        {
            throw new PtxFault($"{kernel.Name} takes {kernel.ParameterBytes} bytes of arguments, but was given {parameters.Length}");
        }

        if (blockSize.Size is < 1 or > 1024)
        {
            throw new PtxFault($"{kernel.Name} was started with blocks of {blockSize.Size} threads; 1 to 1,024 are possible");
        }

        if (kernel.SharedBytes + dynamicSharedBytes > MostSharedBytes)
        {
            throw new PtxFault(
                $"{kernel.Name} asks for {kernel.SharedBytes + dynamicSharedBytes} bytes of shared memory; a block has {MostSharedBytes}");
        }

        (_kernel, _budget, Grid, BlockSize, DynamicSharedBytes) = (kernel, budget, grid, blockSize, dynamicSharedBytes);
        _parameters = GC.AllocateArray<byte>(parameters.Length + 16, pinned: true);
        parameters.CopyTo(_parameters);
        Global = new PtxGlobal(buffers, kernel.GlobalGranule);
    }

    public Index3D Grid { get; }

    public Index3D BlockSize { get; }

    public int DynamicSharedBytes { get; }

    public PtxGlobal Global { get; }

    /// <summary>Instructions so far, counted per thread.</summary>
    public long Executed { get; private set; }

    public void Run()
    {
        try
        {
            RunBlocks();
        }
        finally
        {
            Global.Release();
        }
    }

    private void RunBlocks()
    {
        var block = new PtxBlock(this, _kernel);
        long number = 0;
        for (int z = 0; z < Grid.Z; z++)
        {
            for (int y = 0; y < Grid.Y; y++)
            {
                for (int x = 0; x < Grid.X; x++)
                {
                    block.Run(new Index3D(x, y, z), number++);
                }
            }
        }
    }

    public void Count(PtxWarp warp, long executed)
    {
        Executed += executed;
        if (Executed > _budget)
        {
            throw new PtxBudgetException(warp.Fault(0, $"more than {_budget:N0} instructions").Message);
        }
    }

    public byte* LocateParameter(PtxWarp warp, int lane, ulong address, int bytes)
    {
        if (address % (uint)bytes != 0 || address + (uint)bytes > (ulong)_kernel.ParameterBytes)
        {
            throw warp.Fault(lane, $"reads {bytes} bytes at {address} of its {_kernel.ParameterBytes} bytes of arguments");
        }

        return (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _parameters[0]) + address;
    }
}
