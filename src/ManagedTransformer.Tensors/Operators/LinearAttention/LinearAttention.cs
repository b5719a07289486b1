using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    // Positions that are computed together: more cost more of the triangle, fewer more passes over the state.
    private const int UsualChunk = 64;

    /// <summary>
    /// Causal attention of mapped queries to mapped keys in linear time (Katharopoulos et al., "Transformers are RNNs", 2020, equations 9
    /// to 12): with s[t] = sum of phi_k[i] (x) v[i] and z[t] = sum of phi_k[i] over i &lt;= t, y[t] = (phi_q[t]^T
    /// s[t]) / D(phi_q[t] . z[t]). Gates (Peng et al., "Random Feature Attention", 2021, section 3.2) let the sums decay. Computed chunk by
    /// chunk, forward and backward; memory grows with T, not with T^2.
    /// </summary>
    /// <param name="query">phi_q, [B, T, H, K]</param>
    /// <param name="key">phi_k, [B, T, H, K]</param>
    /// <param name="value">[B, T, H, dv]</param>
    /// <param name="options">Denominator, gates, padding, states.</param>
    /// <returns>The output [B, T, H, dv] and, where asked for, the state behind the last position.</returns>
    /// <exception cref="ArgumentException">Shapes or options that do not fit.</exception>
    public static LinearAttentionResult CausalLinearAttention(this Tensor query, Tensor key, Tensor value,
        LinearAttentionOptions options = default)
    {
        RequireLinearShapes(query, key, value, options, "CausalLinearAttention");
        if (key.Shape[1] != query.Shape[1])
        {
            throw new ArgumentException(
                $"CausalLinearAttention: as many queries as keys are needed, the shapes are {query.Shape} and {key.Shape}.");
        }

        (query, key, value) = (WithRows(query), WithRows(key), WithRows(value));
        options = options with
        {
            Gate = options.Gate?.Contiguous(),
            EpsilonFactor = options.EpsilonFactor?.Detach().Contiguous(),
            State = options.State is { } given ? new LinearAttentionState(given.S.Contiguous(), given.Z.Contiguous()) : null,
        };
        bool record = Recorder.IsNeeded(query, key, value) || (options.Gate is { } gate && Recorder.IsNeeded(gate))
            || (options.State is { } state && Recorder.IsNeeded(state.S, state.Z));
        LinearAttentionProblem problem = Describe(query, key, value, options);
        Shape output = value.Shape.With(1, query.Shape[1]), s = new(problem.Batch, problem.Heads, problem.Features, problem.ValueWidth),
            z = s.Without(3);

        // One tensor for everything that gradients flow back through, since a record belongs to one tensor.
        bool joint = record && options.FinalState == FinalState.Differentiable;
        Tensor y = joint ? Tensor.Empty(new Shape(checked((int)(output.Count + s.Count + z.Count))), query) : Tensor.Empty(output, query);
        LinearAttentionState? final = options.FinalState == FinalState.None ? null
            : joint
                ? new(Part(y, output.Count, s), Part(y, output.Count + s.Count, z))
                : new(Tensor.Empty(s, query), Tensor.Empty(z, query));
        (problem.Y, problem.YStrides) = (y.Buffer, ContiguousRows(output));
        (problem.FinalS, problem.FinalZ) = (final?.S.Buffer ?? default, final?.Z.Buffer ?? default);
        Tensor? denominators = record ? Tensor.Empty(new Shape(problem.Batch, problem.Heads, problem.Length), query) : null;
        problem.Denominators = denominators?.Buffer ?? default;
        query.Kernels.Attention.LinearAttention(problem);
        if (record)
        {
            y = Recorder.Record(y, new LinearAttentionRule(query, key, value, options, problem, joint, denominators!));
        }

        return joint
            ? new(Part(y, 0, output), new(Part(y, output.Count, s), Part(y, output.Count + s.Count, z)))
            : new(y, final);
    }

    /// <summary>
    /// <see cref="CausalLinearAttention"/> of new positions to all that a state has read; the state is moved behind them in place. For
    /// generation: nothing is recorded.
    /// </summary>
    /// <param name="query">phi_q, [B, n, H, K]</param>
    /// <param name="key">phi_k, [B, n, H, K]</param>
    /// <param name="value">[B, n, H, dv]</param>
    /// <param name="state">Contiguous tensors, overwritten.</param>
    /// <param name="options">Denominator, gates, padding; its states are ignored.</param>
    /// <returns>[B, n, H, dv]</returns>
    /// <exception cref="ArgumentException">Shapes or options that do not fit, or a state that is not contiguous.</exception>
    public static Tensor LinearAttentionStep(Tensor query, Tensor key, Tensor value, LinearAttentionState state,
        LinearAttentionOptions options = default)
    {
        using NoGradientScope _ = new();
        options = options with { State = state, Gate = options.Gate?.Contiguous(), EpsilonFactor = options.EpsilonFactor?.Contiguous() };
        RequireLinearShapes(query, key, value, options, "LinearAttentionStep");
        if (key.Shape[1] != query.Shape[1] || !state.S.IsContiguous || !state.Z.IsContiguous)
        {
            throw new ArgumentException(
                "LinearAttentionStep: as many queries as keys and a contiguous state are needed, "
                + $"the shapes are {query.Shape} and {key.Shape}.");
        }

        (query, key, value) = (WithRows(query), WithRows(key), WithRows(value));
        LinearAttentionProblem problem = Describe(query, key, value, options);
        Tensor y = Tensor.Empty(value.Shape, query);
        (problem.Y, problem.YStrides, problem.FinalS, problem.FinalZ) = (y.Buffer, RowsOf(y), problem.S, problem.Z);
        query.Kernels.Attention.LinearAttention(problem);
        return y;
    }

    private static void RequireLinearShapes(Tensor query, Tensor key, Tensor value, in LinearAttentionOptions options, string operation)
    {
        RequireFloat(query, operation);
        if (query.Rank != 4 || key.Rank != 4 || value.Rank != 4 || query.Shape.With(1, 1) != key.Shape.With(1, 1)
            || value.Shape.With(3, 1) != key.Shape.With(3, 1) || key.Shape[3] == 0 || value.Shape[3] == 0)
        {
            throw new ArgumentException(
                $"{operation}: query [B, T, H, K], key [B, S, H, K] and value [B, S, H, dv] are needed, the shapes are {query.Shape}, "
                + $"{key.Shape} and {value.Shape}.");
        }

        Shape keys = key.Shape.Without(3), s = new(keys[0], keys[2], key.Shape[3], value.Shape[3]);
        if (options.Gate is { } gate && gate.Shape != keys)
        {
            throw new ArgumentException($"{operation}: gate logits of the shape {keys} are needed, the shape is {gate.Shape}.");
        }

        if (options.EpsilonFactor is { } factor && factor.Shape != query.Shape.Without(3))
        {
            throw new ArgumentException(
                $"{operation}: factors of epsilon of the shape {query.Shape.Without(3)} are needed, the shape is {factor.Shape}.");
        }

        if (options.KeyPadding is { } padding && padding.Shape != keys.Without(2))
        {
            throw new ArgumentException($"{operation}: the key padding needs the shape {keys.Without(2)}, it has {padding.Shape}.");
        }

        if (options.State is { } state && (state.S.Shape != s || state.Z.Shape != s.Without(3)))
        {
            throw new ArgumentException(
                $"{operation}: a state of the shapes {s} and {s.Without(3)} is needed, "
                + $"the shapes are {state.S.Shape} and {state.Z.Shape}.");
        }

        if (options.Chunk < 0 || !(options.Epsilon >= 0))
        {
            throw new ArgumentException($"{operation}: the chunk {options.Chunk} and the epsilon {options.Epsilon} must not be negative.");
        }
    }

    private static LinearAttentionProblem Describe(Tensor query, Tensor key, Tensor value, in LinearAttentionOptions options) => new()
    {
        Batch = query.Shape[0],
        Heads = query.Shape[2],
        Length = query.Shape[1],
        Features = query.Shape[3],
        ValueWidth = value.Shape[3],
        Q = query.Buffer,
        K = key.Buffer,
        V = value.Buffer,
        QStrides = RowsOf(query),
        KStrides = RowsOf(key),
        VStrides = RowsOf(value),
        Denominator = options.Denominator,
        Epsilon = options.Epsilon,
        EpsilonFactors = options.EpsilonFactor?.Buffer ?? default,
        Gates = options.Gate?.Buffer ?? default,
        KeyPadding = options.KeyPadding?.Contiguous().Buffer ?? default,
        S = options.State?.S.Buffer ?? default,
        Z = options.State?.Z.Buffer ?? default,
        Chunk = options.Chunk > 0 ? options.Chunk : UsualChunk,
    };

    private static RowStrides ContiguousRows(Shape shape) => new((long)shape[1] * shape[2] * shape[3], (long)shape[2] * shape[3], shape[3]);

    private static Tensor Part(Tensor joint, long start, Shape shape) => joint.Slice(0, (int)start, (int)shape.Count).Reshape(shape);

    // The kernel contract states the formulas.
    private sealed class LinearAttentionRule : GradientRule
    {
        private readonly Tensor _query, _key, _value;
        private readonly Tensor? _gate, _s, _z;
        private readonly LinearAttentionProblem _problem;
        private readonly bool _joint;

        public LinearAttentionRule(Tensor query, Tensor key, Tensor value, in LinearAttentionOptions options,
            in LinearAttentionProblem problem, bool joint, Tensor denominators)
            : base(query, key, value, options.Gate, options.State?.S, options.State?.Z)
        {
            (_query, _key, _value, _gate, _s, _z) = (query, key, value, options.Gate, options.State?.S, options.State?.Z);
            (_problem, _joint) = (problem, joint);
            Own(denominators);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor dq = Tensor.EmptyLike(_query), dk = Tensor.EmptyLike(_key), dv = Tensor.EmptyLike(_value);
            Tensor? dGate = EmptyLike(_gate), ds = EmptyLike(_s), dz = EmptyLike(_z);
            LinearAttentionGradientProblem problem = new()
            {
                Forward = _problem,
                DQ = dq.Buffer,
                DK = dk.Buffer,
                DV = dv.Buffer,
                DQStrides = RowsOf(dq),
                DKStrides = RowsOf(dk),
                DVStrides = RowsOf(dv),
                DGates = dGate?.Buffer ?? default,
                DS = ds?.Buffer ?? default,
                DZ = dz?.Buffer ?? default,
            };
            dy = _joint ? dy.Contiguous() : WithRows(dy);
            (problem.DY, problem.DYStrides) = (dy.Buffer, _joint ? ContiguousRows(_value.Shape) : RowsOf(dy));
            if (_joint)
            {
                long state = (long)_problem.Batch * _problem.Heads * _problem.Features * _problem.ValueWidth;
                problem.DFinalS = dy.Buffer with { Offset = dy.Offset + _value.Count };
                problem.DFinalZ = dy.Buffer with { Offset = dy.Offset + _value.Count + state };
            }

            dy.Kernels.Attention.LinearAttentionGradient(problem);
            sink.Add(_query, dq);
            sink.Add(_key, dk);
            sink.Add(_value, dv);
            sink.AddIfAny(_gate, dGate);
            sink.AddIfAny(_s, ds);
            sink.AddIfAny(_z, dz);
        }
    }
}
