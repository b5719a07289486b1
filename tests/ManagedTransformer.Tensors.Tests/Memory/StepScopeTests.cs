using System.Diagnostics;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Memory: what a scope returns, what outlives it, and that dropped tensors do not pile up.</summary>
[Collection(nameof(StepScopeTests))]
public sealed class StepScopeTests
{
    private const int Width = 16, Classes = 11;

    [Fact]
    public void TensorsOfAClosedScopeAreGone()
    {
        Tensor gone, kept, outside = Tensor.Ones(new Shape(3));
        using (new StepScope())
        {
            gone = outside * 2;
            kept = (outside * 3).Keep();
        }

        Assert.Equal([3, 3, 3], kept.ToArray());
        string message = Assert.Throws<InvalidOperationException>(() => gone.ToArray()).Message;
        Assert.Contains("Keep()", message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => gone + outside);
        Assert.Throws<InvalidOperationException>(() => gone.Keep());
    }

    [Fact]
    public void ScopesNest()
    {
        using StepScope outer = new();
        Tensor a = Tensor.Ones(new Shape(2)), b;
        using (new StepScope())
        {
            b = (a + a).Keep();
        }

        Assert.Equal([2, 2], b.ToArray());
        Assert.Equal([1, 1], a.ToArray());
    }

    [Fact]
    public void ScopesCloseInOrder()
    {
        StepScope outer = new();
        using (new StepScope())
        {
            Assert.Throws<InvalidOperationException>(outer.Dispose);
        }

        outer.Dispose();
        outer.Dispose();
    }

    [Fact]
    public void ARepeatedStepAllocatesOnlyTheFirstTimes()
    {
        StepScope step = StepScope.Repeated();
        Tensor x = Tensor.From([1f, 2, 3, 4], new Shape(2, 2)), last = x;
        float[] result = new float[4];
        for (int i = 0; i < 3; i++)
        {
            Take(i);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Take(3);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal([7, 13, 10, 16], result);
        Assert.Throws<InvalidOperationException>(() => last.ToArray());

        void Take(float shift)
        {
            using (step.Open())
            {
                last = (((x + x) * x.Reshape(new Shape(4)).Reshape(new Shape(2, 2)) / x) + x).Transpose() + (shift + 1);
                last.CopyTo(result);
            }
        }
    }

    [Fact]
    public void ARepeatedStepOfChangingSizesAllocatesOnlyTheFirstTimes()
    {
        StepScope step = StepScope.Repeated();
        Tensor x = Tensor.Ones(new Shape(64));
        float[] result = new float[1];
        int[] sizes = [3, 17, 5, 64, 1, 40];
        foreach (int size in sizes)
        {
            Take(size);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool right = true;
        foreach (int size in sizes)
        {
            Take(size);
            right &= result[0] == size * (size > 16 ? 6 : 2);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(right);

        // Longer steps have more tensors, too.
        void Take(int size)
        {
            using StepScope _ = step.Open();
            Tensor part = x.Slice(0, 0, size), twice = part + part;
            (size > 16 ? ((twice * 2) + twice).Sum() : twice.Sum()).CopyTo(result);
        }
    }

    [Fact]
    public void WhatARepeatedStepKeepsIsNotUsedAgain()
    {
        StepScope step = StepScope.Repeated();
        Tensor x = Tensor.Ones(new Shape(2));
        List<Tensor> kept = [];
        for (int i = 0; i < 5; i++)
        {
            using StepScope _ = step.Open();
            Tensor wider = Tensor.Ones(new Shape(i % 3 + 1)) * i;
            kept.Add((x * i).Keep());
            Assert.Equal(i, wider.ToArray()[^1]);
            Assert.Equal([i + 1, i + 1], (kept[^1] + 1).ToArray());
        }

        step.Dispose();
        Assert.Equal([0, 1, 2, 3, 4], kept.Select(tensor => tensor.ToArray()[1]));
        using StepScope open = step.Open();
        Assert.Throws<InvalidOperationException>(() => step.Open());
        using StepScope plain = new();
        Assert.Throws<InvalidOperationException>(() => plain.Open());
    }

    [Fact]
    public void GradientsLiveAsLongAsTheirLeaves()
    {
        Parameter parameter = new(Tensor.Ones(new Shape(2))), table = new(Tensor.Ones(new Shape(3, 1)));
        using StepScope outer = new();
        Tensor leaf = Tensor.From([3f, 4], new Shape(2));
        leaf.RequiresGradient = true;
        using (new StepScope())
        {
            (parameter * leaf).Sum().Backward();
        }

        for (int step = 0; step < 2; step++)
        {
            using StepScope inner = new();
            table.Embedding(Tensor.From([2, 0], new Shape(2)), sparse: true).Sum().Backward();
        }

        Assert.Equal([2, 0, 2, 0], table.RowGradient!.Indices.ToInt32Array());
        Assert.Equal([1, 1, 1, 1], table.RowGradient.Values.ToArray());
        Assert.Equal([3, 4], parameter.Gradient!.ToArray());
        Assert.Equal([1, 1], leaf.Gradient!.ToArray());
    }

    [Fact]
    public void ParametersMadeInsideAScopeOutliveIt()
    {
        Parameter parameter;
        using (new StepScope())
        {
            parameter = new Parameter(Tensor.Ones(new Shape(4, 2)));
        }

        Assert.Equal(8, parameter.Detach().Sum().Item());
    }

    [Fact]
    public void FreeingIntermediatesChangesNoGradient()
    {
        (float[] Loss, float[][] Gradients) expected = Train(Parameters(), free: false), actual = Train(Parameters(), free: true);
        Assert.Equal(expected.Loss, actual.Loss);
        Assert.Equal(expected.Gradients, actual.Gradients);
    }

    [Fact]
    public void FreedIntermediatesAreGoneAndTheRootStays()
    {
        Parameter x = new(Tensor.Ones(new Shape(8)));
        using StepScope scope = new();
        Tensor y = x * 2, loss = (y * y).Sum();
        loss.Backward(freeIntermediates: true);
        Assert.Equal(32, loss.Item());
        Assert.Throws<InvalidOperationException>(() => y.ToArray());
    }

    // How many threads work at the same time, and so how much scratch they need, is chance: memory grows until it was enough once, and then
    // no more. What a step would lose would be missing in every round.
    [Fact]
    public void StepsReuseTheirMemory()
    {
        const int rounds = 20, steps = 200;
        Parameter[] parameters = Parameters();
        long growth = long.MaxValue;
        for (int round = 0; round < rounds && growth != 0; round++)
        {
            long allocated = HostDevice.Pool.AllocatedBytes;
            for (int i = 0; i < steps; i++)
            {
                Train(parameters, free: true);
            }

            growth = HostDevice.Pool.AllocatedBytes - allocated;
        }

        Assert.Equal(0, growth);
    }

    [Fact]
    public void ClearedGradientsDoNotPileUp()
    {
        Parameter weight = new(Tensor.Ones(new Shape(256, 256)));
        long allocated = HostDevice.Pool.AllocatedBytes;
        for (int i = 0; i < 2_000; i++)
        {
            using StepScope scope = new();
            weight.ClearGradient();
            (weight * 2).Sum().Backward(freeIntermediates: true);
        }

        Assert.InRange(HostDevice.Pool.AllocatedBytes - allocated, long.MinValue, 96L << 20);
    }

    [Fact]
    public void DroppedResultsDoNotPileUp()
    {
        Tensor x = Tensor.Uniform(new Shape(64, 64), -1, 1, new RandomKey(1, 1)),
            w = Tensor.Uniform(new Shape(64, 64), -1, 1, new RandomKey(1, 2));
        Forward(x, w, 10_000);
        long allocated = HostDevice.Pool.AllocatedBytes, resident = ResidentBytes();
        Forward(x, w, 90_000);
        Assert.InRange(HostDevice.Pool.AllocatedBytes - allocated, long.MinValue, 96L << 20);
        Assert.InRange(ResidentBytes() - resident, long.MinValue, 160L << 20);
    }

    // 16 KiB a call: 100,000 calls that pile up would take 1.6 GiB.
    private static void Forward(Tensor x, Tensor w, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            _ = x.Add(w);
        }
    }

    private static long ResidentBytes()
    {
        using Process process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static Parameter[] Parameters()
    {
        static Parameter Make(ulong number, params int[] sizes) =>
            new(Tensor.Uniform(new Shape(sizes), -0.5f, 0.5f, new RandomKey(9, number)));
        return
        [
            Make(1, Classes, Width), Make(2, 3 * Width, Width), Make(3, 3 * Width), Make(4, Width), Make(5, Width),
            Make(6, 4 * Width, Width), Make(7, Width, 4 * Width),
        ];
    }

    // One step of a small Transformer layer, with some other operators.
    private static (float[] Loss, float[][] Gradients) Train(Parameter[] p, bool free)
    {
        const int length = 6, heads = 2;
        Tensor tokens = Tensor.From([.. Enumerable.Range(0, 2 * length).Select(i => i * 5 % Classes)], new Shape(2, length));
        using StepScope scope = new();
        Tensor x = p[0].Embedding(tokens);
        Tensor packed = x.LayerNorm(p[3], p[4]).Linear(p[1], p[2]).Reshape(new Shape(2, length, 3, heads, Width / heads));
        Tensor attended = packed.SelfAttention(new AttentionOptions { Causal = true }).Reshape(x.Shape).Dropout(0.1f, new RandomKey(1, 1));
        (Tensor sum, Tensor normed) = attended.AddLayerNorm(x, p[3], p[4]);
        Tensor y = sum + normed.Linear(p[5], null, Activation.Gelu).Linear(p[6]);
        Tensor[] halves = y.Split(-1, Width / 2, Width / 2);
        y = TensorOperators.Concat(-1, halves[1], halves[0]) + y.Mean([1], keepAxes: true) + y.Checkpoint(z => z.Tanh() * 0.1f);
        Tensor loss = y.ProjectedCrossEntropy(p[0], tokens).Loss;
        loss.Backward(freeIntermediates: free);
        return (loss.ToArray(), [.. p.Select(parameter => parameter.Gradient!.ToArray())]);
    }
}
