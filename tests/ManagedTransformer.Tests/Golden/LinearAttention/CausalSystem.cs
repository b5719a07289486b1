using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.LinearAttention;

/// <summary>Causal attention in its three forms: parallel, in chunks of several lengths, and step by step.</summary>
internal sealed class CausalSystem : IGoldenSystem
{
    private static readonly int[] _chunks = [1, 2, 3, 5, 64];

    public string Name => "causal";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        foreach (int chunk in _chunks)
        {
            Operands operands = new(test, check);
            LinearAttentionOptions options = operands.Options with { Chunk = chunk, FinalState = operands.Options.State is null ? FinalState.None : FinalState.Differentiable };
            LinearAttentionResult result = operands.Query.CausalLinearAttention(operands.Key, operands.Value, options);
            operands.Compare(LinearModels.Turned(result.Output), result.State);
        }

        Operands parallel = new(test, check);
        Tensor output = LinearModels.Turned(parallel.Query.ParallelLinearAttention(parallel.Key, parallel.Value, parallel.Options));
        check.Compare("out/out", output);
        if (parallel.Options.State is null)
        {
            parallel.Compare(output, null);
        }

        RunSteps(test, check);
    }

    private static void RunSteps(GoldenCase test, GoldenCheck check)
    {
        Operands operands = new(test, check);
        using NoGradientScope _ = new();
        int length = operands.Query.Shape[1];
        Shape s = test.ShapeOf("out/s").Without(2);
        LinearAttentionState state = operands.Options.State is { } given ? new(given.S.Contiguous(), given.Z.Contiguous()) : new(Tensor.Zeros(s), Tensor.Zeros(s.Without(3)));
        Tensor[] outputs = new Tensor[length], states = new Tensor[length], sums = new Tensor[length];
        for (int t = 0; t < length; t++)
        {
            LinearAttentionOptions options = operands.Options with { Gate = operands.Options.Gate?.Slice(1, t, 1), KeyPadding = operands.Options.KeyPadding?.Slice(1, t, 1) };
            outputs[t] = TensorOperators.LinearAttentionStep(operands.Query.Slice(1, t, 1), operands.Key.Slice(1, t, 1), operands.Value.Slice(1, t, 1), state, options);
            (states[t], sums[t]) = ((state.S + 0).Reshape(s.Insert(2, 1)), (state.Z + 0).Reshape(s.Without(3).Insert(2, 1)));
        }

        check.Compare("out/out", LinearModels.Turned(TensorOperators.Concat(1, outputs)));
        check.Compare("out/s", TensorOperators.Concat(2, states));
        check.Compare("out/z", TensorOperators.Concat(2, sums));
    }

    /// <summary>One reading of a case, mapped, with leaves of its own.</summary>
    private sealed class Operands
    {
        private readonly GoldenCheck _check;
        private readonly LinearModels.NamedMap _map;
        private readonly Dictionary<string, Tensor> _leaves;

        public Operands(GoldenCase test, GoldenCheck check)
        {
            _check = check;
            _map = LinearModels.Map(test.Config);
            check.Load(_map);
            _leaves = new[] { "q", "k", "v", "gate", "s0", "z0" }.Where(name => test.Has("in/" + name)).ToDictionary(name => name, check.Input);
            LinearAttentionConfig config = LinearModels.Config(test.Config);
            Query = _map.Feature.MapQueries(LinearModels.Turned(_leaves["q"]) * config.QueryFactor(test.Config.Int("head_dim")));
            Key = _map.Feature.MapKeys(LinearModels.Turned(_leaves["k"]));
            Value = LinearModels.Turned(_leaves["v"]);
            Options = config.Options with
            {
                Gate = _leaves.TryGetValue("gate", out Tensor? gate) ? LinearModels.Turned(gate) : null,
                KeyPadding = test.OptionalFloats("in/key_padding_mask"),
                State = _leaves.TryGetValue("s0", out Tensor? s) ? new(s, _leaves["z0"]) : null,
            };
        }

        public Tensor Query { get; }

        public Tensor Key { get; }

        public Tensor Value { get; }

        public LinearAttentionOptions Options { get; }

        /// <summary>Compares the output, the final state where there is one, and all gradients.</summary>
        public void Compare(Tensor output, LinearAttentionState? final)
        {
            _check.Compare("out/out", output);
            if (final is { } state)
            {
                _check.Compare("out/s_final", state.S);
                _check.Compare("out/z_final", state.Z);
                _check.Differentiate(("out", output), ("s_final", state.S), ("z_final", state.Z));
            }
            else
            {
                _check.Differentiate(("out", output));
            }

            foreach ((string name, Tensor leaf) in _leaves)
            {
                _check.CompareInputGradient(name, leaf);
            }

            _check.CompareGradients(_map);
        }
    }
}
