using System.Runtime.InteropServices;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

public sealed class GpuRecordingTests : IDisposable
{
    private const int Count = 100;
    private readonly RandomSource _random = new(1);
    private readonly PtxMachine _machine = PtxMachine.Interpreter();
    private readonly GpuRecording _recording;
    private readonly Storage _input;
    private Storage? _result;

    public GpuRecordingTests()
    {
        _recording = (GpuRecording)Device.CreateRecording();
        _input = Device.Allocate(Count * sizeof(float));
        Write(1);
    }

    private GpuDevice Device => _machine.Device;

    [Fact]
    public void AReplayComputesWithTheNewInput()
    {
        RecordTwice(() => Double(2));
        Assert.True(_recording.IsReady, _recording.Obstacle);
        Write(5);
        Assert.True(_recording.TryReplay(_random));
        Assert.All(Read(_result!), value => Assert.Equal(10, value));
    }

    /// <summary>The second request within a pass gets the block of the first one, which was returned; nobody else gets it.</summary>
    [Fact]
    public void MemoryIsUsedAgainWithinAPassAndByNobodyElse()
    {
        RecordTwice(() =>
        {
            Double(2);
            _result!.Release();
            Double(3);
        });
        Assert.True(_recording.IsReady, _recording.Obstacle);
        _result!.Release();
        Storage other = Device.Allocate(Count * sizeof(float));
        Device.Kernels.Elementwise.Fill(Buffer(other), Count, -1);
        Assert.True(_recording.TryReplay(_random));
        Assert.All(Read(other), value => Assert.Equal(-1, value));
        other.Release();

        long allocated = Device.Pool.AllocatedBytes;
        _recording.Dispose();
        Storage[] returned = [.. Enumerable.Range(0, 2).Select(_ => Device.Allocate(Count * sizeof(float)))];
        Assert.Equal(allocated, Device.Pool.AllocatedBytes);
        Array.ForEach(returned, storage => storage.Release());
    }

    [Fact]
    public void WhatIsKeptOfADisposedRecordingStaysValid()
    {
        RecordTwice(() => Double(2));
        _recording.Dispose();
        Storage other = Device.Allocate(Count * sizeof(float));
        Device.Kernels.Elementwise.Fill(Buffer(other), Count, -1);
        Assert.All(Read(_result!), value => Assert.Equal(2, value));
        Assert.False(_recording.TryReplay(_random));
    }

    [Fact]
    public void WhatTheHostDoesIsNotReplayed()
    {
        Refused("the host waited", _ => Read(_input));
        Refused("the host waited", _ => Device.Synchronize());
        Refused("the host wrote", _ => Write(3));
        Refused("the host draws", _ => _random.NextUnit());
        Refused("too many random numbers", _ => _random.MoveTo(2));
        Refused("another thread", _ =>
        {
            Thread thread = new(() => Double(2));
            thread.Start();
            thread.Join();
        });
    }

    [Fact]
    public void PassesThatDifferAreNotReplayed()
    {
        Refused("launch 2", pass => Double(pass));
        Storage[] others = [Device.Allocate(4), Device.Allocate(4)];
        Refused("launch 1", pass => Device.Kernels.Elementwise.Fill(Buffer(others[pass]), 1, 2));
        Refused("fewer launches", pass =>
        {
            Double(2);
            if (pass == 0)
            {
                Device.Kernels.Elementwise.Fill(Buffer(_result!), Count, 7);
            }
        });
        Refused("other memory", pass => Device.Allocate((pass + 1) * 4096).Release());
    }

    [Fact]
    public void ReturnedInputEndsIt()
    {
        RecordTwice(() => Double(2));
        _input.Release();
        Assert.False(_recording.TryReplay(_random));
        Assert.Contains("returned", _recording.Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void AWrongIndexIsNamedWhereverItComesFrom()
    {
        Storage table = Device.Allocate(Count * sizeof(float));
        Device.Kernels.Elementwise.Fill(Buffer(table), Count, 4);
        Storage indices = Device.Allocate(sizeof(int));
        WriteIndex(indices, 3);
        RecordTwice(() =>
        {
            _result = Device.Allocate(sizeof(float));
            Device.Kernels.Indexing.GatherRows(Buffer(table), Count, Buffer(indices), Buffer(_result), 1, 1);
        });
        Device.Synchronize();
        WriteIndex(indices, 333);
        Assert.True(_recording.TryReplay(_random));
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(Device.Synchronize);
        Assert.Contains("index 333 at position 0", error.Message, StringComparison.Ordinal);
        WriteIndex(indices, 5);
        Assert.True(_recording.TryReplay(_random));
        Device.Synchronize();
    }

    public void Dispose()
    {
        _recording.Dispose();
        _machine.Dispose();
    }

    private static DeviceBuffer Buffer(Storage storage) => new(storage, 0);

    private void Double(float factor)
    {
        _result = Device.Allocate(Count * sizeof(float));
        Device.Kernels.Elementwise.Fill(Buffer(_result), Count, 0);
        Device.Kernels.Elementwise.AddScaled(Buffer(_result), Buffer(_input), Count, factor);
    }

    private void RecordTwice(Action work)
    {
        _recording.Record(_random, work);
        _result?.Release();
        _recording.Record(_random, work);
    }

    private void Refused(string why, Action<int> work)
    {
        using var recording = (GpuRecording)Device.CreateRecording();
        for (int pass = 0; pass < 2 && recording.Obstacle is null; pass++)
        {
            _result?.Release();
            _result = null;
            recording.Record(_random, () => work(pass));
        }

        Assert.Contains(why, recording.Obstacle, StringComparison.Ordinal);
        Assert.False(recording.TryReplay(_random));
    }

    private void Write(float value)
    {
        float[] values = new float[Count];
        Array.Fill(values, value);
        Device.Write(MemoryMarshal.AsBytes(values.AsSpan()), Buffer(_input), sizeof(float));
    }

    private void WriteIndex(Storage indices, int index) =>
        Device.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in index)), Buffer(indices), sizeof(int));

    private float[] Read(Storage storage)
    {
        float[] values = new float[Count];
        Device.Read(Buffer(storage), sizeof(float), MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
