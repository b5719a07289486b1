using System.Text.RegularExpressions;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;
using ManagedTransformer.Tensors.Reference;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Attention on tensor cores in each precision, in the interpreter.</summary>
public sealed partial class AttentionPrecisionTests(ITestOutputHelper output)
{
    public static TheoryData<MatMulPrecision> Precisions => [.. Enum.GetValues<MatMulPrecision>()];

    [Theory]
    [InlineData("Attention: whole heads, causal")]
    [InlineData("AttentionGradient: whole heads, causal")]
    [InlineData("LinearAttention: whole heads, gates, padding, state")]
    [InlineData("LinearAttentionGradient: whole heads, gates, padding, state")]
    [InlineData("SpanAttention: whole heads, fixed span, packed")]
    [InlineData("SpanAttentionGradient: whole heads, fixed span, packed")]
    public void ALowerPrecisionShowsInTheErrorAndOnlySoMuch(string name)
    {
        double float32 = Error(name, MatMulPrecision.Float32);
        double tf32 = Error(name, MatMulPrecision.Tf32);
        double bfloat16 = Error(name, MatMulPrecision.BFloat16);
        output.WriteLine($"{name}: {float32:G3}, {tf32:G3}, {bfloat16:G3}");

        // In units of what Float32 may miss.
        Assert.InRange(float32, 0, 0.3);
        Assert.InRange(tf32, 5, 500);
        Assert.InRange(bfloat16, 4 * tf32, 12 * tf32);
    }

    /// <summary>
    /// The kernels of values' gradients multiply keys with queries, the forward one queries with keys: a score is the same to the last bit,
    /// else its weight would not be 1.
    /// </summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void AKeyThatIsSeenAloneWeighsExactlyOneInBothDirections(MatMulPrecision precision)
    {
        // The upper parts of the products cancel, so that scores are sums of lower parts, which are rounded where they are added.
        const int Length = 20, Width = 32;
        float[] queries = new float[Length * Width], keys = new float[Length * Width];
        var random = new Random(1);
        for (int i = 0; i < queries.Length; i += 2)
        {
            int size = 1 << random.Next(14);
            (queries[i], queries[i + 1]) = (size * NearOne(), -size * NearOne());
            (keys[i], keys[i + 1]) = (NearOne(), NearOne());
        }

        using PtxMachine machine = PtxMachine.Interpreter();
        machine.Device.MatMulPrecision = precision;
        using var run = new KernelRun(machine.Device);
        var strides = new RowStrides(Length * Width, Width, Width);
        var problem = new AttentionProblem
        {
            Batch = 1,
            Heads = 1,
            KeyHeads = 1,
            QueryLength = Length,
            KeyLength = Length,
            HeadWidth = Width,
            ValueWidth = Width,
            Scale = 1e5f,
            Causal = true,
            Window = 1,
            Q = run.Values(queries),
            K = run.Values(keys),
            V = run.Numbers(Length * Width),
            Y = run.Scratch(Length * Width),
            Maxima = run.Scratch(Length),
            Sums = run.Scratch(Length),
            QStrides = strides,
            KStrides = strides,
            VStrides = strides,
            YStrides = strides,
        };
        var gradient = new AttentionGradientProblem
        {
            Forward = problem,
            DY = run.WholeNumbers(Length * Width, -9, 9),
            DYStrides = strides,
            DQ = run.Scratch(Length * Width),
            DQStrides = strides,
            DK = run.Scratch(Length * Width),
            DKStrides = strides,
            DV = run.Scratch(Length * Width),
            DVStrides = strides,
        };
        run.Kernels.Attention.Attention(problem);
        run.Kernels.Attention.AttentionGradient(gradient);

        Assert.Equal(Read(machine, gradient.DY), Read(machine, gradient.DV));

        float NearOne() => 1 + ((random.NextSingle() - 0.5f) / 4096);

        static float[] Read(PtxMachine machine, DeviceBuffer buffer)
        {
            float[] numbers = new float[Length * Width];
            machine.Device.Read(buffer, sizeof(float), System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()));
            return numbers;
        }
    }

    private static double Error(string name, MatMulPrecision precision)
    {
        using PtxMachine machine = PtxMachine.Interpreter();
        machine.Device.MatMulPrecision = precision;
        double error = KernelSuite.Cases.Single(test => test.ToString() == name).Check(machine.Device).Error;
        Assert.DoesNotContain(machine.Interpreting!.Launched.Keys, kernel => Portable().IsMatch(kernel.DeclaringType!.Name));
        return error;
    }

    // The kernels in whose place those for tensor cores stand.
    [GeneratedRegex("^(Attention|Span(?!Reach|Probe)|LinearRow|LinearState)")]
    private static partial Regex Portable();
}
