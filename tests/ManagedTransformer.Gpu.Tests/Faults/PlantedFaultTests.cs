using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>The interpreter finds what is wrong, and nothing where nothing is.</summary>
public sealed class PlantedFaultTests : IDisposable
{
    private const int Threads = 64;
    private readonly PtxMachine _machine = PtxMachine.Interpreter();
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _x, _y;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _counts;

    public PlantedFaultTests()
    {
        _x = _machine.Accelerator.Allocate1D(Enumerable.Range(0, Threads + 4).Select(i => (float)i).ToArray());
        _y = _machine.Accelerator.Allocate1D<float>(2 * Threads);
        _counts = _machine.Accelerator.Allocate1D(Enumerable.Range(1, 16).ToArray());
    }

    [Theory]
    [InlineData(nameof(FaultCode.ReverseWithoutBarrier), 1, "with nothing between that orders them (shared memory")]
    [InlineData(nameof(FaultCode.CopyTooFar), 1, "touches 4 bytes at 0x")]
    [InlineData(nameof(FaultCode.BarrierInBranch), 1, "in a divergent branch: lanes 0xffff0000 of its warp are elsewhere")]
    [InlineData(nameof(FaultCode.BarrierAfterReturn), 1, "waits at a barrier that thread 32 never reaches: it has ended")]
    [InlineData(nameof(FaultCode.CopyAsyncWithoutWait), 1, "has not delivered yet")]
    [InlineData(nameof(FaultCode.CopyAsyncWaitsForTooFew), 1, "has not delivered yet")]
    [InlineData(nameof(FaultCode.CopyAsyncWithoutBarrier), 1, "shared memory")]
    [InlineData(nameof(FaultCode.ReadUnwritten), 1, "which nothing has been written to")]
    [InlineData(nameof(FaultCode.WriteSamePlace), 2, "thread 0 of block 0 has written, with nothing between")]
    [InlineData(nameof(FaultCode.ExchangeWithoutBarrier), 1, "has read, with nothing between that orders them (global memory")]
    [InlineData(nameof(FaultCode.ShuffleInBranch), 1, "waits for the lanes 0xffffffff of its warp, but 0x0000ffff are here")]
    [InlineData(nameof(FaultCode.CountAndRead), 1, "changed atomically, with nothing between that orders them")]
    public void FindsTheFault(string kernel, int groups, string expected)
    {
        ArrayView1D<float, Stride1D.Dense> y = kernel == nameof(FaultCode.CopyTooFar) ? _y.View.SubView(0, Threads) : _y.View;
        PtxFault fault = Assert.Throws<PtxFault>(() => Launch(kernel, groups, Arguments(_x.View, y)));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Matches($@"^Kernel_{kernel}\w*, block \(\d+, \d+, \d+\), thread \d+: .*\. Instruction \d+: ", fault.Message);
    }

    [Theory]
    [InlineData(nameof(FaultCode.Reverse), 1)]
    [InlineData(nameof(FaultCode.Copy), 1)]
    [InlineData(nameof(FaultCode.CopyBehindBarrier), 1)]
    [InlineData(nameof(FaultCode.CopyAsync), 1)]
    [InlineData(nameof(FaultCode.WriteOwnPlace), 2)]
    [InlineData(nameof(FaultCode.Exchange), 1)]
    [InlineData(nameof(FaultCode.Shuffle), 1)]
    public void FindsNothingInTheTwin(string kernel, int groups)
    {
        Launch(kernel, groups, Arguments(_x.View, _y.View));
        Func<int, float> expected = kernel switch
        {
            nameof(FaultCode.Reverse) or nameof(FaultCode.CopyAsync) => i => Threads - 1 - i,
            nameof(FaultCode.Shuffle) => i => i ^ 1,
            _ => i => i,
        };
        Assert.Equal(Enumerable.Range(0, Threads).Select(expected), _y.GetAsArray1D().Take(Threads));
    }

    [Fact]
    public void VectorsMustBeAligned()
    {
        FaultArguments arguments = Arguments(_x.View, _y.View) with { Count = 4 };
        Launch(nameof(FaultCode.CopyQuads), 1, arguments);
        Assert.Equal([1f, 0f, 3f, 2f], _y.GetAsArray1D().Take(4));

        PtxFault fault = Assert.Throws<PtxFault>(() =>
            Launch(nameof(FaultCode.CopyQuads), 1, arguments with { X = _x.View.BaseView.SubView(1, Threads) }));
        Assert.Contains("touches 16 bytes at the misaligned address", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllSharedPlacesMustBeWritten()
    {
        Launch(nameof(FaultCode.ReadUnwritten), 1, Arguments(_x.View, _y.View) with { Count = Threads });
        PtxFault fault = Assert.Throws<PtxFault>(() =>
            Launch(nameof(FaultCode.ReadUnwritten), 1, Arguments(_x.View, _y.View) with { Count = Threads - 1 }));
        Assert.Contains("thread 0: reads shared memory at 252", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AtomicsDoNotRace()
    {
        Launch(nameof(FaultCode.CountTogether), 3, Arguments(_x.View, _y.View));
        Assert.Equal(1 + (3 * Threads), _counts.GetAsArray1D()[0]);
    }

    [Fact]
    public void MemoryOperationsStayInTheirOrder()
    {
        Launch(nameof(FaultCode.SumsBefore), 1, Arguments(_x.View, _y.View) with { Count = 5 });
        Assert.Equal([0, 1, 3, 6, 10, 6], _counts.GetAsArray1D().Take(6));
    }

    [Fact]
    public void WhatNeverEndsIsEnded()
    {
        _machine.Interpreting!.Budget = 3_000_000;
        PtxBudgetException tooMuch = Assert.Throws<PtxBudgetException>(() =>
            Launch(nameof(FaultCode.Endless), 1, Arguments(_x.View, _y.View)));
        Assert.Contains("more than 3,000,000 instructions", tooMuch.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _x.Dispose();
        _y.Dispose();
        _counts.Dispose();
        _machine.Dispose();
    }

    private FaultArguments Arguments(ArrayView1D<float, Stride1D.Dense> x, ArrayView1D<float, Stride1D.Dense> y) => new()
    {
        X = x.BaseView,
        Y = y.BaseView,
        Counts = _counts.View.BaseView,
        Source = x.BaseView.LoadEffectiveAddressAsPtr(),
        Count = Threads / 2,
    };

    private void Launch(string kernel, int groups, FaultArguments arguments)
    {
        var code = typeof(FaultCode).GetMethod(kernel)!.CreateDelegate<Action<FaultArguments>>();
        _machine.Device.Launch(code, new Index3D(groups, 1, 1), Threads, arguments, Threads * sizeof(float));
    }
}
