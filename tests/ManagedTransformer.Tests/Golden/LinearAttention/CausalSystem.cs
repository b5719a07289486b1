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
            LinearAttentionOptions options = operands.Options with
            {
                Chunk = chunk,
                FinalState = operands.Options.State is null ? FinalState.None : FinalState.Differentiable,
            };
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
        LinearAttentionState state = operands.Options.State is { } given
            ? new(given.S.Contiguous(), given.Z.Contiguous())
            : new(Tensor.Zeros(s), Tensor.Zeros(s.Without(3)));
        Tensor[] outputs = new Tensor[length], states = new Tensor[length], sums = new Tensor[length];
        for (int t = 0; t < length; t++)
        {
            LinearAttentionOptions options = operands.Options with
            {
                Gate = operands.Options.Gate?.Slice(1, t, 1),
                KeyPadding = operands.Options.KeyPadding?.Slice(1, t, 1),
                EpsilonFactor = operands.Options.EpsilonFactor?.Slice(1, t, 1),
            };
            outputs[t] = TensorOperators.LinearAttentionStep(operands.Query.Slice(1, t, 1), operands.Key.Slice(1, t, 1),
                operands.Value.Slice(1, t, 1), state, options);
            (states[t], sums[t]) = ((state.S + 0).Reshape(s.Insert(2, 1)), (state.Z + 0).Reshape(s.Without(3).Insert(2, 1)));
        }

        check.Compare("out/out", LinearModels.Turned(TensorOperators.Concat(1, outputs)));
        check.Compare("out/s", LinearModels.Unscaled(TensorOperators.Concat(2, states), operands.KeyScale));
        check.Compare("out/z", LinearModels.Unscaled(TensorOperators.Concat(2, sums), operands.KeyScale));
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
            _leaves = new[] { "q", "k", "v", "gate", "s0", "z0" }.Where(name => test.Has("in/" + name))
                .ToDictionary(name => name, check.Input);
            LinearAttentionConfig config = LinearModels.Config(test.Config);
            (Query, Tensor? queryScale) =
                _map.Feature.ScaleQueries(LinearModels.Turned(_leaves["q"]) * config.QueryFactor(test.Config.Int("head_dim")));
            (Key, KeyScale) = _map.Feature.ScaleKeys(LinearModels.Turned(_leaves["k"]));
            Value = LinearModels.Turned(_leaves["v"]);
            Tensor? gate = _leaves.TryGetValue("gate", out Tensor? logits) ? LinearModels.Turned(logits) : null;
            if (gate is not null && config.Gate == LinearGateKind.Input)
            {
                Key *= gate.Sigmoid().Reshape(gate.Shape.Insert(3, 1));
                gate = null;
            }

            Options = config.ScaledOptions(queryScale, KeyScale) with
            {
                Gate = gate,
                KeyPadding = test.OptionalFloats("in/key_padding_mask"),
                State = _leaves.TryGetValue("s0", out Tensor? s)
                    ? new(LinearModels.Scaled(s, KeyScale), LinearModels.Scaled(_leaves["z0"], KeyScale))
                    : null,
            };
        }

        /// <summary>Logarithm of what the keys lack, [B, 1, H, 1], or null.</summary>
        public Tensor? KeyScale { get; }

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
                Tensor s = LinearModels.Unscaled(state.S, KeyScale), z = LinearModels.Unscaled(state.Z, KeyScale);
                _check.Compare("out/s_final", s);
                _check.Compare("out/z_final", z);
                _check.Differentiate(("out", output), ("s_final", s), ("z_final", z));
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
