using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Scaled dot-product attention of every head (Vaswani et al., 2017, equation 1): a = softmax over the visible keys of scale q . k, y = sum of drop(a) v.
    /// One pass over tiles; no [T, S] matrix is kept, backward rebuilds the weights. A query that sees no key gives zeros.
    /// </summary>
    /// <param name="query">[B, T, H, d]</param><param name="key">[B, S, H, d]</param><param name="value">[B, S, H, e]</param><param name="options">Masks and dropout.</param>
    /// <returns>[B, T, H, e]</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public static Tensor Attention(this Tensor query, Tensor key, Tensor value, AttentionOptions options = default)
    {
        RequireFloat(query, "Attention");
        if (query.Rank != 4 || key.Rank != 4 || value.Rank != 4 || query.Shape[0] != key.Shape[0] || query.Shape[2] != key.Shape[2]
            || query.Shape[3] != key.Shape[3] || value.Shape.With(3, 1) != key.Shape.With(3, 1))
        {
            throw new ArgumentException(
                $"Attention: query [B, T, H, d], key [B, S, H, d] and value [B, S, H, e] are needed, the shapes are {query.Shape}, {key.Shape} and {value.Shape}.");
        }

        (query, key, value) = (WithRows(query), WithRows(key), WithRows(value));
        bool record = Recorder.IsNeeded(query, key, value);
        AttentionProblem problem = Describe(query, key, value, options, record, out Tensor y, out Tensor? lse);
        query.Kernels.Attention.Attention(problem);
        return record ? Recorder.Record(y, new AttentionRule(query, key, value, problem, lse!)) : y;
    }

    /// <summary>Self-attention on packed queries, keys and values, as one matrix product makes them; the same as <see cref="Attention"/> on its three parts.</summary>
    /// <param name="packed">[B, T, 3, H, d]: query, key, value.</param><param name="options">Masks and dropout.</param>
    /// <returns>[B, T, H, d]</returns>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public static Tensor SelfAttention(this Tensor packed, AttentionOptions options = default)
    {
        RequireFloat(packed, "SelfAttention");
        if (packed.Rank != 5 || packed.Shape[2] != 3)
        {
            throw new ArgumentException($"SelfAttention: packed [B, T, 3, H, d] is needed, the shape is {packed.Shape}.");
        }

        packed = packed.Contiguous();
        bool record = Recorder.IsNeeded(packed);
        AttentionProblem problem;
        Tensor y;
        Tensor? lse;
        using (new NoGradientScope())
        {
            problem = Describe(Part(packed, 0), Part(packed, 1), Part(packed, 2), options, record, out y, out lse);
        }

        packed.Kernels.Attention.Attention(problem);
        return record ? Recorder.Record(y, new SelfAttentionRule(packed, problem, lse!)) : y;
    }

    private static Tensor Part(Tensor packed, int index)
    {
        Tensor part = packed.Slice(2, index, 1);
        return part.Reshape(part.Shape.Without(2));
    }

    private static Tensor WithRows(Tensor x) => x.Strides[3] == 1 || x.Shape[3] == 1 ? x : x.Contiguous();

    private static RowStrides RowsOf(Tensor x) => new(x.Strides[0], x.Strides[1], x.Strides[2]);

    private static AttentionProblem Describe(Tensor query, Tensor key, Tensor value, in AttentionOptions options, bool record, out Tensor y, out Tensor? lse)
    {
        int batch = query.Shape[0], length = query.Shape[1], heads = query.Shape[2], keys = key.Shape[1];
        if (options.KeyPadding is { } padding && padding.Shape != new Shape(batch, keys))
        {
            throw new ArgumentException($"Attention: the key padding needs the shape {new Shape(batch, keys)}, it has {padding.Shape}.");
        }

        if (options.Window < 0 || options.Dropout is not (>= 0 and < 1))
        {
            throw new ArgumentException($"Attention: the window {options.Window} must not be negative, and the dropout {options.Dropout} must be in [0, 1).");
        }

        y = Tensor.Empty(new Shape(batch, length, heads, value.Shape[3]), query);
        lse = record ? Tensor.Empty(new Shape(batch, heads, length), query) : null;
        return new AttentionProblem
        {
            Batch = batch,
            Heads = heads,
            QueryLength = length,
            KeyLength = keys,
            HeadWidth = query.Shape[3],
            ValueWidth = value.Shape[3],
            Q = query.Buffer,
            K = key.Buffer,
            V = value.Buffer,
            Y = y.Buffer,
            QStrides = RowsOf(query),
            KStrides = RowsOf(key),
            VStrides = RowsOf(value),
            YStrides = RowsOf(y),
            Scale = options.Scale ?? 1 / MathF.Sqrt(query.Shape[3]),
            Causal = options.Causal,
            Window = options.Window,
            KeyPadding = options.KeyPadding?.Contiguous().Buffer ?? default,
            Dropout = options.Dropout,
            DropoutKey = options.DropoutKey,
            LogSumExp = lse?.Buffer ?? default,
        };
    }

    private static void RunBackward(in AttentionProblem forward, Tensor dy, Tensor dq, Tensor dk, Tensor dv)
    {
        AttentionGradientProblem problem = new()
        {
            Forward = forward,
            DY = dy.Buffer,
            DQ = dq.Buffer,
            DK = dk.Buffer,
            DV = dv.Buffer,
            DYStrides = RowsOf(dy),
            DQStrides = RowsOf(dq),
            DKStrides = RowsOf(dk),
            DVStrides = RowsOf(dv),
        };
        dy.Kernels.Attention.AttentionGradient(problem);
    }

    private sealed class AttentionRule : GradientRule
    {
        private readonly Tensor _query, _key, _value;
        private readonly AttentionProblem _problem;

        public AttentionRule(Tensor query, Tensor key, Tensor value, in AttentionProblem problem, Tensor lse)
            : base(query, key, value)
        {
            (_query, _key, _value, _problem) = (query, key, value, problem);
            Own(lse);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor dq = Tensor.EmptyLike(_query), dk = Tensor.EmptyLike(_key), dv = Tensor.EmptyLike(_value);
            RunBackward(_problem, WithRows(dy), dq, dk, dv);
            sink.Add(_query, dq);
            sink.Add(_key, dk);
            sink.Add(_value, dv);
        }
    }

    private sealed class SelfAttentionRule : GradientRule
    {
        private readonly Tensor _packed;
        private readonly AttentionProblem _problem;

        public SelfAttentionRule(Tensor packed, in AttentionProblem problem, Tensor lse)
            : base(packed)
        {
            (_packed, _problem) = (packed, problem);
            Own(lse);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor gradient = Tensor.EmptyLike(_packed);
            RunBackward(_problem, WithRows(dy), Part(gradient, 0), Part(gradient, 1), Part(gradient, 2));
            sink.Add(_packed, gradient);
        }
    }
}
