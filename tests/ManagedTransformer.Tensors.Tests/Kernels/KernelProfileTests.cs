using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;
using ManagedTransformer.Tensors.Profiling;
using ManagedTransformer.Tensors.Reference;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>A profile changes no result and counts every call.</summary>
public sealed class KernelProfileTests
{
    [Fact]
    public void KernelsBehindAClockComputeTheSame()
    {
        HostDevice device = new("profiled", CpuKernels.Create());
        using KernelProfile profile = KernelProfile.Start(device);
        Assert.All(KernelSuite.Cases, test => Assert.All(
            test.Run(Device.Cpu).Zip(test.Run(device)),
            pair => Assert.True(pair.First.Bytes.SequenceEqual(pair.Second.Bytes), $"{test}: {pair.First.Label}")));
        IReadOnlyList<KernelCost> costs = profile.PerStep(1);
        Assert.All(costs, cost => Assert.True(cost.Calls >= 1 && cost.Milliseconds >= 0 && cost.Bytes >= 0));
        string[] named = [.. costs.Select(cost => cost.Kernel)];
        Assert.Superset(
            new HashSet<string>(["Gelu", "GeluGradient", "Add", "ReduceSum", "LayerNorm", "CrossEntropy", "GatherRows", "ProductKeySearch",
                "Dropout", "SpanAttentionGradient", "AdagradRows"]),
            new HashSet<string>(named));
    }

    [Fact]
    public void CountsOperationsAndBytesAndEnds()
    {
        HostDevice device = new("profiled", CpuKernels.Create());
        KernelSet plain = device.Kernels;
        using (KernelProfile profile = KernelProfile.Start(device))
        using (KernelRun run = new(device))
        {
            profile.Phase = "forward";
            MatMulProblem problem = MatMulProblem.Single(3, 5, 7, run.Numbers(21), 7, false, run.Numbers(35), 7, true, run.Scratch(15), 5,
                accumulate: true);
            device.Kernels.Matrix.MatMul(problem);
            device.Kernels.Matrix.MatMul(problem);
            KernelCost cost = Assert.Single(profile.PerStep(2));
            Assert.Equal(("forward", "MatMul nt 3 x 5 x 7", 1.0), (cost.Phase, cost.Kernel, cost.Calls));
            Assert.Equal((2.0 * 3 * 5 * 7, 4.0 * (21 + 35 + (2 * 15))), (cost.Operations, cost.Bytes));
            Assert.Equal(2 * cost.Operations, profile.Operations);
        }

        Assert.Same(plain, device.Kernels);
    }

    [Theory]
    [InlineData(true, 0, 4 * 5 / 2)]
    [InlineData(true, 2, 1 + 2 + 2 + 2)]
    [InlineData(false, 0, 4 * 4)]
    public void CountsThePairsThatTheMaskAdmits(bool causal, int window, int pairs)
    {
        AttentionProblem problem = new()
        {
            Batch = 3,
            Heads = 2,
            KeyHeads = 1,
            QueryLength = 4,
            KeyLength = 4,
            Causal = causal,
            Window = window
        };
        Assert.Equal(3 * 2 * pairs, AttentionSize.Pairs(problem));
    }

    [Fact]
    public void CountsSlotsWithinTheSpans()
    {
        using KernelRun run = new(Device.Cpu);
        SpanAttentionProblem problem = new()
        {
            Batch = 3,
            Heads = 2,
            QueryLength = 4,
            Length = 16,
            Persistent = 5,
            Ramp = 2,
            Spans = run.Values([0f, 6.5f]),
            SpanStrides = new RowStrides(0, 0, 1),
        };
        Assert.Equal((3 * 4 * ((1 + 2) + (7 + 2)), 3 * 4 * 2 * 5), AttentionSize.Pairs(problem));
    }
}
