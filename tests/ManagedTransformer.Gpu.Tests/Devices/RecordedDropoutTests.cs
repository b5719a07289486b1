using System.Runtime.InteropServices;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;
using ManagedTransformer.Tensors.Reference;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Passes that draw random numbers: a replay draws those that the pass would have drawn.</summary>
public sealed class RecordedDropoutTests : IDisposable
{
    private const int Length = 20, Width = 32, Count = Length * Width;
    private readonly PtxMachine _machine = PtxMachine.Interpreter();
    private readonly RandomSource _random = new(5);
    private readonly KernelRun _run;

    public RecordedDropoutTests() => _run = new KernelRun(_machine.Device);

    [Fact]
    public void Values()
    {
        DeviceBuffer x = _run.Numbers(Count), y = _run.Scratch(Count);
        Check(
            () =>
            {
                _run.Kernels.Random.Dropout(x, y, Count, 0.5f, _random.NextKey());
                _run.Kernels.Random.Dropout(y, y, Count, 0.25f, _random.NextKey());
            },
            y);
    }

    /// <summary>On tensor cores, whose kernels draw in their own way.</summary>
    [Fact]
    public void WeightsOfAttention()
    {
        var strides = new RowStrides(Count, Width, Width);
        var problem = new AttentionProblem
        {
            Batch = 1,
            Heads = 1,
            KeyHeads = 1,
            QueryLength = Length,
            KeyLength = Length,
            HeadWidth = Width,
            ValueWidth = Width,
            Scale = 0.2f,
            Causal = true,
            Window = Length,
            Dropout = 0.5f,
            Q = _run.Numbers(Count),
            K = _run.Numbers(Count),
            V = _run.Numbers(Count),
            Y = _run.Scratch(Count),
            Maxima = _run.Scratch(Length),
            Sums = _run.Scratch(Length),
            QStrides = strides,
            KStrides = strides,
            VStrides = strides,
            YStrides = strides,
        };
        DeviceBuffer dy = _run.Numbers(Count), dq = _run.Scratch(Count), dk = _run.Scratch(Count), dv = _run.Scratch(Count);
        Check(
            () =>
            {
                problem.DropoutKey = _random.NextKey();
                _run.Kernels.Attention.Attention(problem);
                _run.Kernels.Attention.AttentionGradient(new AttentionGradientProblem
                {
                    Forward = problem,
                    DY = dy,
                    DYStrides = strides,
                    DQ = dq,
                    DQStrides = strides,
                    DK = dk,
                    DKStrides = strides,
                    DV = dv,
                    DVStrides = strides,
                });
            },
            problem.Y, dq, dk, dv);
        Assert.Contains(_machine.Interpreting!.Launched.Keys, kernel => kernel.DeclaringType!.Name == nameof(TensorAttentionForwardCode));
    }

    public void Dispose()
    {
        _run.Dispose();
        _machine.Dispose();
    }

    private void Check(Action pass, params DeviceBuffer[] results)
    {
        using var recording = (GpuRecording)_machine.Device.CreateRecording();
        for (ulong position = 0; position < 2; position++)
        {
            _random.MoveTo(position);
            recording.Record(_random, pass);
        }

        Assert.True(recording.IsReady, recording.Obstacle);
        List<float[]> before = [];
        for (ulong position = 2; position < 4; position++)
        {
            _random.MoveTo(position);
            Assert.True(recording.TryReplay(_random));
            RandomSource.State replayedState = _random.Save();
            float[][] replayed = [.. results.Select(Read)];

            _random.MoveTo(position);
            pass();
            Assert.Equal(replayedState, _random.Save());
            Assert.Equal(results.Select(Read), replayed);
            Assert.DoesNotContain(replayed[0], before);
            before.Add(replayed[0]);
        }
    }

    private float[] Read(DeviceBuffer buffer)
    {
        float[] numbers = new float[Count];
        _machine.Device.Read(buffer, sizeof(float), MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }
}
