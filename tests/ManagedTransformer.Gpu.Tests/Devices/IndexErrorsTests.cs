using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

public sealed class IndexErrorsTests : IDisposable
{
    private readonly PtxMachine _machine = PtxMachine.Interpreter();

    [Fact]
    public void TheFirstWrongPositionIsNamed()
    {
        int[] indices = new int[5000];
        (indices[4100], indices[700], indices[701]) = (9, -3, 12);
        Check("rows", indices);
        Assert.Equal("rows: -3 at 700", Assert.Throws<InvalidOperationException>(_machine.Device.Synchronize).Message);
    }

    [Fact]
    public void TheFirstWrongLaunchIsNamed()
    {
        Check("first", [1, 2]);
        Check("second", [1, 8]);
        Check("third", [8, 8]);
        Assert.Equal("second: 8 at 1", Assert.Throws<InvalidOperationException>(_machine.Device.Synchronize).Message);
    }

    [Fact]
    public void AnErrorIsThrownOnce()
    {
        Check("wrong", [99]);
        _ = Assert.Throws<InvalidOperationException>(_machine.Device.Synchronize);
        _machine.Device.Synchronize();
        Check("right", [0]);
        _machine.Device.Synchronize();
        Check("wrong again", [-1]);
        Assert.Equal("wrong again: -1 at 0", Assert.Throws<InvalidOperationException>(_machine.Device.Synchronize).Message);
    }

    /// <summary>There are 1,024 words; when all are in use they are looked at without anybody asking.</summary>
    [Fact]
    public void ManyLaunchesBetweenTwoReads()
    {
        Check("wrong", [4]);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
        {
            for (int i = 0; i < 1030; i++)
            {
                _ = _machine.Device.IndexErrors.Next((position, index) => new InvalidOperationException("never"));
            }
        });
        Assert.Equal("wrong: 4 at 0", error.Message);
        _machine.Device.Synchronize();
    }

    [Fact]
    public void RightIndicesOfManyLaunchesAreNoError()
    {
        for (int i = 0; i < 2500; i++)
        {
            _ = _machine.Device.IndexErrors.Next((position, index) => new InvalidOperationException("never"));
        }

        _machine.Device.Synchronize();
    }

    public void Dispose() => _machine.Dispose();

    private void Check(string name, int[] indices)
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = _machine.Accelerator.Allocate1D(indices);
        ArrayView<ulong> word = _machine.Device.IndexErrors.Next((position, index) =>
            new InvalidOperationException($"{name}: {index} at {position}"));
        _machine.Device.LaunchOver(CheckCode.Run, indices.Length,
            new CheckArguments { Word = word, Indices = buffer.View.BaseView, Size = 4 });
    }
}
