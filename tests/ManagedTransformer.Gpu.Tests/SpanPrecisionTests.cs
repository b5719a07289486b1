using System.Runtime.InteropServices;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;
using ManagedTransformer.Tensors.Reference;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Span attention on tensor cores, in the interpreter.</summary>
public sealed class SpanPrecisionTests
{
    private const int Length = 20, Width = 32;

    /// <summary>
    /// A slot that is seen alone weighs 1 in every direction, since all kernels get the same score to the last bit: with a factor of 1e5
    /// any other would weigh something else.
    /// </summary>
    [Theory]
    [InlineData(MatMulPrecision.Float32)]
    [InlineData(MatMulPrecision.Tf32)]
    [InlineData(MatMulPrecision.BFloat16)]
    public void ASlotThatIsSeenAloneWeighsExactlyOneInEveryDirection(MatMulPrecision precision)
    {
        using PtxMachine machine = PtxMachine.Interpreter();
        machine.Device.MatMulPrecision = precision;
        using var run = new KernelRun(machine.Device);
        var strides = new RowStrides((Length + 1) * Width, Width, Width);
        var forward = new SpanAttentionProblem
        {
            Batch = 1,
            Heads = 1,
            QueryLength = Length,
            Length = 1,
            HeadWidth = Width,
            Scale = 1e5f,
            Q = run.Values(Pairs(1, -1, 10)),
            K = run.Values(Pairs(2, 1, 1)),
            Positions = run.Values(Pairs(3, 1, 1, Width)),
            V = run.Numbers((Length + 1) * Width),
            Y = run.Scratch((Length + 1) * Width),
            Maxima = run.Scratch(Length),
            Sums = run.Scratch(Length),
            Normalizers = run.Scratch(Length),
            QStrides = strides,
            KStrides = strides,
            VStrides = strides,
            YStrides = strides,
        };
        var problem = new SpanAttentionGradientProblem
        {
            Forward = forward,
            DY = run.WholeNumbers((Length + 1) * Width, -9, 9),
            DYStrides = strides,
            DQ = run.Scratch((Length + 1) * Width),
            DQStrides = strides,
            DK = run.Scratch((Length + 1) * Width),
            DKStrides = strides,
            DV = run.Scratch((Length + 1) * Width),
            DVStrides = strides,
            DPositions = run.Scratch(Width),
        };
        run.Kernels.Attention.SpanAttention(forward);
        run.Kernels.Attention.SpanAttentionGradient(problem);

        Assert.Equal(Read(machine, problem.DY), Read(machine, problem.DV));
    }

    // Pairs with the same upper part, of queries with opposite signs: upper parts of products cancel, so that scores are sums of lower
    // parts, which are rounded where they are added.
    private static float[] Pairs(int seed, float sign, int largest, int count = (Length + 1) * Width)
    {
        var random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i += 2)
        {
            float size = 1 << random.Next(largest), upper = 1 + (random.Next(512) / 512f);
            (numbers[i], numbers[i + 1]) = (size * Near(upper), sign * size * Near(upper));
        }

        return numbers;

        float Near(float upper) => upper + ((random.NextSingle() - 0.5f) / 4096);
    }

    private static float[] Read(PtxMachine machine, DeviceBuffer buffer)
    {
        float[] numbers = new float[Length * Width];
        machine.Device.Read(buffer, sizeof(float), MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }
}
