using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Scaled dot-product attention of every head (Vaswani et al., 2017, equation 1): a = softmax over the visible keys of scale q . k,
    /// y = sum of drop(a) v. One pass over tiles; no [T, S] matrix is kept, backward rebuilds the weights.
    /// A query that sees no key gives zeros. Keys and values may have fewer heads than queries (Ainslie et al., "GQA", 2023): query head h
    /// reads key head h / (H / K), which is not repeated in memory.
    /// </summary>
    /// <param name="query">[B, T, H, d]</param>
    /// <param name="key">[B, S, K, d], where K divides H.</param>
    /// <param name="value">[B, S, K, e]</param>
    /// <param name="options">Masks and dropout.</param>
    /// <returns>[B, T, H, e]</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public static Tensor Attention(this Tensor query, Tensor key, Tensor value, AttentionOptions options = default)
    {
        RequireFloat(query, "Attention");
        if (query.Rank != 4 || key.Rank != 4 || value.Rank != 4 || query.Shape[0] != key.Shape[0]
            || query.Shape[3] != key.Shape[3] || value.Shape.With(3, 1) != key.Shape.With(3, 1))
        {
            throw new ArgumentException(
                $"Attention: query [B, T, H, d], key [B, S, K, d] and value [B, S, K, e] are needed, the shapes are {query.Shape}, "
                + $"{key.Shape} and {value.Shape}.");
        }

        RequireGroups(query.Shape[2], key.Shape[2]);
        (query, key, value) = (WithRows(query), WithRows(key), WithRows(value));
        bool record = Recorder.IsNeeded(query, key, value);
        AttentionProblem problem = Describe(new HeadView(query), new HeadView(key), new HeadView(value), options, query.Device, record,
            out Tensor y, out Tensor? sums);
        query.Kernels.Attention.Attention(problem);
        return record ? Recorder.Record(y, new AttentionRule(query, key, value, problem, sums!)) : y;
    }

    /// <summary>
    /// Self-attention on packed queries, keys and values, as one matrix product makes them;
    /// the same as <see cref="Attention"/> on its three parts.
    /// </summary>
    /// <param name="packed">[B, T, 3, H, d]: query, key, value.</param>
    /// <param name="options">Masks and dropout.</param>
    /// <returns>[B, T, H, d]</returns>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public static Tensor SelfAttention(this Tensor packed, AttentionOptions options = default)
    {
        RequireFloat(packed, "SelfAttention");
        if (packed.Rank != 5 || packed.Shape[2] != 3)
        {
            throw new ArgumentException($"SelfAttention: packed [B, T, 3, H, d] is needed, the shape is {packed.Shape}.");
        }

        (int heads, int width) = (packed.Shape[3], packed.Shape[4]);
        return PackedAttention(packed, heads, options, new Shape(packed.Shape[0], packed.Shape[1], 3 * heads, width));
    }

    /// <summary>
    /// Self-attention on packed queries, keys and values of which several query heads share a head of keys and values; the same as
    /// <see cref="Attention"/> on its three parts.
    /// </summary>
    /// <param name="packed">[B, T, H + 2 K, d]: the heads of queries, then those of keys, then those of values; K divides H.</param>
    /// <param name="keyHeads">K.</param>
    /// <param name="options">Masks and dropout.</param>
    /// <returns>[B, T, H, d]</returns>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public static Tensor GroupedSelfAttention(this Tensor packed, int keyHeads, AttentionOptions options = default)
    {
        RequireFloat(packed, "GroupedSelfAttention");
        if (packed.Rank != 4 || keyHeads < 0 || packed.Shape[2] - (2L * keyHeads) < 0)
        {
            throw new ArgumentException(
                $"GroupedSelfAttention: packed [B, T, H + 2 K, d] with K = {keyHeads} is needed, the shape is {packed.Shape}.");
        }

        RequireGroups(packed.Shape[2] - (2 * keyHeads), keyHeads);
        return PackedAttention(packed, keyHeads, options, packed.Shape);
    }

    private static Tensor PackedAttention(Tensor packed, int keyHeads, in AttentionOptions options, Shape rows)
    {
        packed = packed.Contiguous();
        bool record = Recorder.IsNeeded(packed);
        PackedHeads heads = new(packed, rows, keyHeads);
        AttentionProblem problem = Describe(heads.Queries, heads.Keys, heads.Values, options, packed.Device, record, out Tensor y,
            out Tensor? sums);
        packed.Kernels.Attention.Attention(problem);
        return record ? Recorder.Record(y, new SelfAttentionRule(packed, rows, problem, sums!)) : y;
    }

    private static void RequireGroups(int heads, int keyHeads)
    {
        if (keyHeads == 0 ? heads != 0 : heads % keyHeads != 0)
        {
            throw new ArgumentException(
                $"Attention: {keyHeads} heads of keys and values do not divide {heads} heads of queries.");
        }
    }

    private static Tensor WithRows(Tensor x) => x.Strides[3] == 1 || x.Shape[3] == 1 ? x : x.Contiguous();

    /// <summary>A row of what backward needs of every query; absent where that is.</summary>
    private static DeviceBuffer RowOf(Tensor? sums, int row) =>
        sums is null ? default : sums.Buffer with { Offset = sums.Offset + ((long)row * sums.Shape[1]) };

    private static RowStrides RowsOf(Tensor x)
    {
        Strides strides = x.Strides;
        return new RowStrides(strides[0], strides[1], strides[2]);
    }

    private static AttentionProblem Describe(
        in HeadView query, in HeadView key, in HeadView value, in AttentionOptions options, Device device, bool record, out Tensor y,
        out Tensor? sums)
    {
        if (options.KeyPadding is { } padding && padding.Shape != new Shape(query.Batch, key.Length))
        {
            throw new ArgumentException(
                $"Attention: the key padding needs the shape {new Shape(query.Batch, key.Length)}, it has {padding.Shape}.");
        }

        if (options.Window < 0 || options.Dropout is not (>= 0 and < 1))
        {
            throw new ArgumentException(
                $"Attention: the window {options.Window} must not be negative, and the dropout {options.Dropout} must be in [0, 1).");
        }

        y = Tensor.Empty(new Shape(query.Batch, query.Length, query.Heads, value.Width), DType.Float32, device);
        long queries = (long)query.Batch * query.Heads * query.Length;
        sums = record ? Tensor.Empty(new Shape(2, checked((int)queries)), DType.Float32, device) : null;
        return Describe(query, key, value, options, new HeadView(y)) with
        {
            Maxima = sums?.Buffer ?? default,
            Sums = RowOf(sums, 1),
        };
    }

    private static AttentionProblem Describe(
        in HeadView query, in HeadView key, in HeadView value, in AttentionOptions options, in HeadView y) => new()
        {
            Batch = query.Batch,
            Heads = query.Heads,
            KeyHeads = key.Heads,
            QueryLength = query.Length,
            KeyLength = key.Length,
            HeadWidth = query.Width,
            ValueWidth = value.Width,
            Q = query.Buffer,
            K = key.Buffer,
            V = value.Buffer,
            Y = y.Buffer,
            QStrides = query.Strides,
            KStrides = key.Strides,
            VStrides = value.Strides,
            YStrides = y.Strides,
            Scale = options.Scale ?? 1 / MathF.Sqrt(query.Width),
            Causal = options.Causal,
            Window = options.Window,
            KeyPadding = options.KeyPadding?.Contiguous().Buffer ?? default,
            Dropout = options.Dropout,
            DropoutKey = options.DropoutKey,
        };

    private static void RunBackward(in AttentionProblem forward, Tensor dy, in HeadView dq, in HeadView dk, in HeadView dv)
    {
        AttentionGradientProblem problem = new()
        {
            Forward = forward,
            DY = dy.Buffer,
            DQ = dq.Buffer,
            DK = dk.Buffer,
            DV = dv.Buffer,
            DYStrides = RowsOf(dy),
            DQStrides = dq.Strides,
            DKStrides = dk.Strides,
            DVStrides = dv.Strides,
        };
        dy.Kernels.Attention.AttentionGradient(problem);
    }

    /// <summary>Place of rows of heads [B, T, H, d].</summary>
    private readonly struct HeadView
    {
        public readonly int Batch, Length, Heads, Width;
        public readonly DeviceBuffer Buffer;
        public readonly RowStrides Strides;

        /// <summary>All of a tensor [B, T, H, d].</summary>
        public HeadView(Tensor x)
        {
            (Batch, Length, Heads, Width) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
            (Buffer, Strides) = (x.Buffer, RowsOf(x));
        }

        /// <summary>Some heads of a contiguous tensor, seen as [B, T, all heads, d].</summary>
        public HeadView(Tensor packed, Shape rows, int first, int heads)
        {
            (Batch, Length, Heads, Width) = (rows[0], rows[1], heads, rows[3]);
            long row = (long)rows[2] * Width;
            (Buffer, Strides) = (new DeviceBuffer(packed.Storage, packed.Offset + ((long)first * Width)),
                new RowStrides(row * Length, row, Width));
        }
    }

    /// <summary>Queries, keys and values of a contiguous tensor, seen as [B, T, H + 2 K, d].</summary>
    private readonly struct PackedHeads(Tensor packed, Shape rows, int keyHeads)
    {
        public readonly HeadView Queries = new(packed, rows, 0, rows[2] - (2 * keyHeads)),
            Keys = new(packed, rows, rows[2] - (2 * keyHeads), keyHeads), Values = new(packed, rows, rows[2] - keyHeads, keyHeads);
    }

    private sealed class AttentionRule : GradientRule
    {
        private readonly Tensor _query, _key, _value;
        private readonly AttentionProblem _problem;

        public AttentionRule(Tensor query, Tensor key, Tensor value, in AttentionProblem problem, Tensor sums)
            : base(query, key, value)
        {
            (_query, _key, _value, _problem) = (query, key, value, problem);
            Own(sums);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor dq = Tensor.EmptyLike(_query), dk = Tensor.EmptyLike(_key), dv = Tensor.EmptyLike(_value);
            RunBackward(_problem, WithRows(dy), new HeadView(dq), new HeadView(dk), new HeadView(dv));
            sink.Add(_query, dq);
            sink.Add(_key, dk);
            sink.Add(_value, dv);
        }
    }

    private sealed class SelfAttentionRule : GradientRule
    {
        private readonly Tensor _packed;
        private readonly Shape _rows;
        private readonly AttentionProblem _problem;

        public SelfAttentionRule(Tensor packed, Shape rows, in AttentionProblem problem, Tensor sums)
            : base(packed)
        {
            (_packed, _rows, _problem) = (packed, rows, problem);
            Own(sums);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor gradient = Tensor.EmptyLike(_packed);
            PackedHeads heads = new(gradient, _rows, _problem.KeyHeads);
            RunBackward(_problem, WithRows(dy), heads.Queries, heads.Keys, heads.Values);
            sink.Add(_packed, gradient);
        }
    }
}
