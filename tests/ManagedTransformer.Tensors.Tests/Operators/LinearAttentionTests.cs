using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Laws of linear attention on random shapes, and its error messages.</summary>
[Properties(Arbitrary = [typeof(Sizes)], MaxTest = 40)]
public sealed class LinearAttentionTests
{
    public sealed record Sizes(
        int Batch, int Heads, int Length, int Features, int Width, int Chunk, bool Gates, bool Padding, bool State,
        LinearDenominator Denominator, ulong Seed)
    {
        private static readonly Gen<Sizes> _all =
            from batch in Gen.Choose(1, 3)
            from heads in Gen.Choose(1, 3)
            from length in Gen.Choose(1, 40)
            from features in Gen.Elements(1, 3, 8, 16, 21, 32)
            from width in Gen.Elements(1, 4, 7, 16, 33)
            from chunk in Gen.Choose(1, 41)
            from kinds in Gen.Choose(0, 7)
            from denominator in Gen.Elements(Enum.GetValues<LinearDenominator>())
            from seed in Gen.Choose(1, 1000)
            select new Sizes(batch, heads, length, features, width, chunk, (kinds & 1) > 0, (kinds & 2) > 0, (kinds & 4) > 0,
                denominator, (ulong)seed);

        public static Arbitrary<Sizes> Any() => _all.ToArbitrary();
    }

    [Property]
    public bool ChunksGiveWhatTheParallelFormGives(Sizes sizes)
    {
        Operands chunked = new(sizes), parallel = new(sizes);
        return Near(chunked.Run(chunked.Causal(sizes.Chunk, FinalState.None).Output),
            parallel.Run(parallel.Query.ParallelLinearAttention(parallel.Key, parallel.Value, parallel.Options)), 2e-5);
    }

    [Property]
    public bool StepsGiveWhatChunksGive(Sizes sizes)
    {
        Operands operands = new(sizes);
        using NoGradientScope _ = new();
        LinearAttentionResult whole = operands.Causal(sizes.Chunk, FinalState.Detached);
        LinearAttentionState state = operands.FreshState();
        int prompt = sizes.Length / 2;
        Tensor first = operands.Step(0, prompt, state);
        Tensor[] outputs = [first, .. Enumerable.Range(prompt, sizes.Length - prompt).Select(t => operands.Step(t, 1, state))];
        return Near(whole.Output.ToArray(), TensorOperators.Concat(1, outputs).ToArray(), 2e-5)
            && Near(whole.State!.Value.S.ToArray(), state.S.ToArray(), 2e-5)
            && Near(whole.State.Value.Z.ToArray(), state.Z.ToArray(), 2e-5);
    }

    [Property]
    public bool TwoSegmentsWithCarriedStateGiveOneRun(Sizes sizes)
    {
        Operands whole = new(sizes), halves = new(sizes);
        int cut = sizes.Length / 2;
        LinearAttentionResult first = halves.Segment(0, cut, halves.Options.State),
            second = halves.Segment(cut, sizes.Length - cut, first.State);
        LinearAttentionResult expected = whole.Causal(sizes.Chunk, FinalState.Differentiable);
        return Near(whole.Run(Joined(expected.Output, expected.State!.Value)),
            halves.Run(Joined(TensorOperators.Concat(1, first.Output, second.Output), second.State!.Value)), 5e-5);
    }

    [Property]
    public bool TheNumberOfThreadsDoesNotMatter(Sizes sizes)
    {
        float[][] results = ThreadCounts.ForEach([1, 3], () =>
        {
            Operands operands = new(sizes);
            return operands.Run(operands.Causal(sizes.Chunk, FinalState.None).Output);
        });
        return results[0].SequenceEqual(results[1]);
    }

    [Property]
    public bool TheLastQueryOfCausalAttentionSeesAllKeys(Sizes sizes)
    {
        Operands operands = new(sizes with { Gates = false, State = false });
        Tensor causal = operands.Causal(sizes.Chunk, FinalState.None).Output,
            all = operands.Query.NoncausalLinearAttention(operands.Key, operands.Value, operands.Options);
        return Near(causal.Slice(1, sizes.Length - 1, 1).Contiguous().ToArray(),
            all.Slice(1, sizes.Length - 1, 1).Contiguous().ToArray(), 2e-5);
    }

    [Theory]
    [InlineData(-100f)]
    [InlineData(-20f)]
    [InlineData(20f)]
    [InlineData(100f)]
    public void ExtremeGatesDoNoHarm(float logit)
    {
        Operands operands = new(new Sizes(1, 1, 60, 5, 4, 32, false, false, false, LinearDenominator.Clamp, 7));
        Tensor gate = Tensor.Full(new Shape(1, 60, 1), logit);
        gate.RequiresGradient = true;
        LinearAttentionOptions options = operands.Options with { Gate = gate, Epsilon = 1e-30f };
        Tensor y = operands.Query.CausalLinearAttention(operands.Key, operands.Value, options).Output;
        Assert.All(operands.Run(y), value => Assert.True(float.IsFinite(value)));
        Assert.All(gate.Gradient!.ToArray(), value => Assert.True(float.IsFinite(value)));
        if (logit < 0)
        {
            // Nothing is remembered: every output is the position's own value.
            Assert.All(operands.Value.ToArray().Zip(y.ToArray()), pair => Assert.True(Math.Abs(pair.First - pair.Second) < 1e-5));
        }
    }

    [Fact]
    public void WhatComesLaterDoesNotMatter()
    {
        Tensor phi = Tensor.Uniform(new Shape(1, 20, 2, 5), 0, 1, new RandomKey(1, 1)),
            value = Tensor.Uniform(new Shape(1, 20, 2, 3), -1, 1, new RandomKey(1, 2));
        float[] spoilt = phi.ToArray();
        spoilt.AsSpan(10 * 10).Fill(float.NaN);
        LinearAttentionOptions options = new() { Epsilon = 1e-3f };
        Tensor expected = phi.CausalLinearAttention(phi, value, options).Output,
            actual = phi.CausalLinearAttention(Tensor.From(spoilt, phi.Shape), value, options).Output;
        Assert.Equal(expected.ToArray()[..60], actual.ToArray()[..60]);
    }

    [Fact]
    public void LongSequencesTakeLinearMemory()
    {
        const int length = 100_000;
        using StepScope _ = new();
        Tensor phi = Tensor.Uniform(new Shape(1, length, 1, 4), 0, 1, new RandomKey(1, 1)), value = Tensor.Ones(new Shape(1, length, 1, 4));
        phi.RequiresGradient = true;
        Tensor y = phi.CausalLinearAttention(phi, value, new() { Epsilon = 1e-6f }).Output;
        y.Sum().Backward();
        Assert.All(y.ToArray(), weight => Assert.True(Math.Abs(weight - 1) < 1e-3));
    }

    [Fact]
    public void ErrorsNameTheShapes()
    {
        Tensor q = Tensor.Ones(new Shape(2, 3, 2, 4)), k = Tensor.Ones(new Shape(2, 5, 2, 4)), v = Tensor.Ones(new Shape(2, 3, 2, 6));
        Fails(() => q.CausalLinearAttention(k, Tensor.Ones(new Shape(2, 5, 2, 6))), "[2, 3, 2, 4] and [2, 5, 2, 4]");
        Fails(() => q.CausalLinearAttention(q, k), "[2, 5, 2, 4]");
        Fails(() => q.CausalLinearAttention(q, v, new() { Gate = k }), "[2, 3, 2]");
        Fails(() => q.CausalLinearAttention(q, v, new() { KeyPadding = k }), "[2, 3]");
        Fails(() => q.CausalLinearAttention(q, v, new() { State = new(q, k) }), "[2, 2, 4, 6] and [2, 2, 4]");
        Fails(() => q.CausalLinearAttention(q, v, new() { Chunk = -1 }), "chunk -1");
        Fails(() => q.CausalLinearAttention(q, v, new() { Epsilon = float.NaN }), "epsilon NaN");
        Fails(() => TensorOperators.LinearAttentionStep(q, q, v,
            new(Tensor.Ones(new Shape(2, 2, 6, 4)).Transpose(), Tensor.Ones(new Shape(2, 2, 4)))), "contiguous");
        Fails(() => q.ParallelLinearAttention(q, v, new() { FinalState = FinalState.Detached }), "no final state");
        Fails(() => q.ReadLinearState(new(q, k)), "ReadLinearState");
        Fails(() => q.HeadwiseLinear(Tensor.Ones(new Shape(3, 5, 4))), "[3, 5, 4]");
        Fails(() => q.HeadwiseLinear(Tensor.Ones(new Shape(2, 5, 4)), Tensor.Ones(new Shape(5))), "bias [2, 5]");
    }

    private static void Fails(Func<object> call, string part) =>
        Assert.Contains(part, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);

    private static bool Near(float[] expected, float[] actual, double tolerance) =>
        expected.Length == actual.Length
        && expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance * (1 + Math.Abs(pair.First)));

    private static Tensor Joined(Tensor output, LinearAttentionState state) => TensorOperators.Concat(
        0, new[] { output, state.S, state.Z }.Select(part => part.Reshape(new Shape((int)part.Count))).ToArray());

    private sealed class Operands
    {
        private readonly Sizes _sizes;
        private readonly List<Tensor> _leaves = [];

        public Operands(Sizes sizes)
        {
            _sizes = sizes;
            Query = Leaf(1, 0.2f, sizes.Batch, sizes.Length, sizes.Heads, sizes.Features);
            Key = Leaf(2, 0.2f, sizes.Batch, sizes.Length, sizes.Heads, sizes.Features);
            Value = Leaf(3, -1, sizes.Batch, sizes.Length, sizes.Heads, sizes.Width);
            Options = new LinearAttentionOptions
            {
                Denominator = sizes.Denominator,
                Epsilon = 0.01f,
                Gate = sizes.Gates ? Leaf(4, -1, sizes.Batch, sizes.Length, sizes.Heads) * 4 : null,
                KeyPadding = sizes.Padding
                    ? Tensor.Uniform(new Shape(sizes.Batch, sizes.Length), 0, 1, new RandomKey(sizes.Seed, 5)).LessThan(Tensor.Scalar(0.3f))
                    : null,
                State = sizes.State ? new(Leaf(6, -1, sizes.Batch, sizes.Heads, sizes.Features,
                    sizes.Width), Leaf(7, 0.5f, sizes.Batch, sizes.Heads, sizes.Features)) : null,
            };
        }

        public Tensor Query { get; }

        public Tensor Key { get; }

        public Tensor Value { get; }

        public LinearAttentionOptions Options { get; }

        public LinearAttentionResult Causal(int chunk, FinalState final) =>
            Query.CausalLinearAttention(Key, Value, Options with { Chunk = chunk, FinalState = final });

        public LinearAttentionResult Segment(int first, int count, LinearAttentionState? state) =>
            Query.Slice(1, first, count).CausalLinearAttention(
                Key.Slice(1, first, count), Value.Slice(1, first, count),
                Part(first, count) with { State = state, Chunk = _sizes.Chunk, FinalState = FinalState.Differentiable });

        public LinearAttentionState FreshState()
        {
            Shape s = new(_sizes.Batch, _sizes.Heads, _sizes.Features, _sizes.Width);
            return Options.State is { } given ? new(given.S + 0, given.Z + 0) : new(Tensor.Zeros(s), Tensor.Zeros(s.Without(3)));
        }

        public Tensor Step(int first, int count, LinearAttentionState state) => TensorOperators.LinearAttentionStep(
            Query.Slice(1, first, count), Key.Slice(1, first, count), Value.Slice(1, first, count), state, Part(first, count));

        /// <summary>A result's numbers, then those of the gradients of all operands.</summary>
        public float[] Run(Tensor y)
        {
            y.Backward(Tensor.Uniform(y.Shape, -1, 1, new RandomKey(3, 4)));
            return [.. y.ToArray(), .. _leaves.SelectMany(leaf => leaf.Gradient!.ToArray())];
        }

        private LinearAttentionOptions Part(int first, int count) =>
            Options with { Gate = Options.Gate?.Slice(1, first, count), KeyPadding = Options.KeyPadding?.Slice(1, first, count) };

        private Tensor Leaf(ulong index, float low, params int[] shape)
        {
            Tensor leaf = Tensor.Uniform(new Shape(shape), low, 1, new RandomKey(_sizes.Seed, index));
            leaf.RequiresGradient = true;
            _leaves.Add(leaf);
            return leaf;
        }
    }
}
