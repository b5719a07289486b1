using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Attention of every query to its last L tokens, itself excluded, with relative positions, spans and persistent slots (Sukhbaatar et
    /// al., "Adaptive Attention Span in Transformers" and "Augmenting Self-attention with Persistent Memory", 2019). Slot c of query t is
    /// the key in row t + c, at the distance d = L - c: s[t, c] = q[t] . (k[t + c] + pos[S - L + c]) / sqrt(D), and s[t, n] = q[t] . pk[n]
    /// for persistent slots. p = softmax of s over all L + N slots; with the mask m = clip((z + 1 - d) / R + 1, 0, 1), 1 on persistent
    /// slots, a = m p / (sum of m p + 1e-8), without spans a = p; y[t] = sum of drop(a) v[t + c] + sqrt(N) sum of drop(a) pv[n].
    /// </summary>
    /// <remarks>
    /// A head computes only the slots that its own spans reach, d up to floor(z + 1) + R for its largest z, in both directions; no [M, L]
    /// matrix is kept. The sum behind 1e-8 then runs over these slots, which changes weights by less than 1e-6 of themselves: a head with a
    /// query whose softmax has more than 99 % of its mass beyond computes all slots. In small problems all queries are looked at for that,
    /// in large ones some. The gradient of z counts the closed interval on which the mask is linear; the gradient of s leaves out the term
    /// of 1e-8 where that is rounding noise.
    /// </remarks>
    /// <param name="query">[B, M, H, D]</param>
    /// <param name="key">[B, L + M, H, D], L at least 1; the row of token t is L + t.</param>
    /// <param name="value">[B, L + M, H, D]</param>
    /// <param name="positions">[S, D], S at least L: the last L rows are used, row S - 1 belongs to distance 1.</param>
    /// <param name="options">Spans, persistent slots and dropout.</param>
    /// <returns>[B, M, H, D]</returns>
    /// <exception cref="ArgumentException">Shapes or options that do not fit.</exception>
    public static Tensor SpanAttention(this Tensor query, Tensor key, Tensor value, Tensor positions,
        SpanAttentionOptions options = default) =>
        AttendWithinSpans(query, key, value, null, positions, options);

    /// <summary>
    /// The same on packed keys and values, as one matrix product makes them; their gradients are written to one tensor as well.
    /// </summary>
    /// <param name="query">[B, M, H, D]</param>
    /// <param name="keyValue">[B, L + M, 2, H, D]: key, value; L at least 1.</param>
    /// <param name="positions">[S, D], S at least L.</param>
    /// <param name="options">Spans, persistent slots and dropout.</param>
    /// <returns>[B, M, H, D]</returns>
    /// <exception cref="ArgumentException">Shapes or options that do not fit.</exception>
    public static Tensor PackedSpanAttention(this Tensor query, Tensor keyValue, Tensor positions, SpanAttentionOptions options = default)
    {
        if (keyValue.Rank != 5 || keyValue.Shape[2] != 2)
        {
            throw new ArgumentException(
                $"PackedSpanAttention: packed keys and values [B, L + M, 2, H, D] are needed, the shape is {keyValue.Shape}.");
        }

        keyValue = keyValue.Contiguous();
        return AttendWithinSpans(query, PackedPart(keyValue, 0), PackedPart(keyValue, 1), keyValue, positions, options);
    }

    // Key and value are parts of the packed tensor if there is one.
    private static Tensor AttendWithinSpans(Tensor query, Tensor key, Tensor value, Tensor? packed, Tensor positions,
        SpanAttentionOptions options)
    {
        RequireSpanShapes(query, key, value, positions, options);
        (query, key, value) = (WithRows(query), WithRows(key), WithRows(value));
        positions = positions.Contiguous();
        options = options with
        {
            Span = options.Span?.Contiguous(),
            PersistentKey = options.PersistentKey?.Contiguous(),
            PersistentValue = options.PersistentValue?.Contiguous(),
        };
        bool record = Recorder.IsNeeded(query, packed ?? key, value) || Recorder.IsNeeded(positions, options.Span)
            || (options.PersistentKey is { } memory && Recorder.IsNeeded(memory, options.PersistentValue));

        SpanAttentionProblem problem = Describe(query, key, positions, options);
        Tensor y = Tensor.Empty(query.Shape, query);
        (problem.V, problem.VStrides, problem.Y, problem.YStrides) = (value.Buffer, RowsOf(value), y.Buffer, RowsOf(y));
        Tensor? sums = record ? Tensor.Empty(new Shape(3, checked(problem.Batch * problem.Heads * problem.QueryLength)), query) : null;
        (problem.Maxima, problem.Sums, problem.Normalizers) = (RowOf(sums, 0), RowOf(sums, 1), RowOf(sums, 2));
        query.Kernels.Attention.SpanAttention(problem);
        return record ? Recorder.Record(y, new SpanAttentionRule(query, packed
            ?? key, packed is null ? value : null, positions, options, problem, sums!)) : y;
    }

    /// <summary>The weights a of <see cref="SpanAttention"/> before dropout, to look at; they have no gradient.</summary>
    /// <param name="query">[B, M, H, D]</param>
    /// <param name="key">[B, L + M, H, D]</param>
    /// <param name="positions">[S, D]</param>
    /// <param name="options">Spans and persistent slots.</param>
    /// <returns>Weights of the window's slots, oldest first, [B, H, M, L], and of the persistent slots, [B, H, M, N],
    /// if there are any.</returns>
    /// <exception cref="ArgumentException">Shapes or options that do not fit.</exception>
    public static (Tensor Context, Tensor? Persistent) SpanAttentionWeights(Tensor query, Tensor key, Tensor positions,
        SpanAttentionOptions options = default)
    {
        RequireSpanShapes(query, key, key, positions, options);
        using NoGradientScope _ = new();
        (query, key, positions) = (WithRows(query), WithRows(key), positions.Contiguous());
        SpanAttentionProblem problem = Describe(query, key, positions, options with
        {
            Span = options.Span?.Contiguous(),
            PersistentKey = options.PersistentKey?.Contiguous(),
        });
        Tensor context = Tensor.Empty(new Shape(problem.Batch, problem.Heads, problem.QueryLength, problem.Length), query);
        Tensor? persistent = options.PersistentKey is null ? null
            : Tensor.Empty(new Shape(problem.Batch, problem.Heads, problem.QueryLength, problem.Persistent), query);
        (problem.Dropout, problem.Weights, problem.PersistentWeights) = (0, context.Buffer, persistent?.Buffer ?? default);
        query.Kernels.Attention.SpanAttention(problem);
        return (context, persistent);
    }

    private static void RequireSpanShapes(Tensor query, Tensor key, Tensor value, Tensor positions, in SpanAttentionOptions options)
    {
        RequireFloat(query, "SpanAttention");
        if (query.Rank != 4 || key.Rank != 4 || key.Shape.With(1, 1) != query.Shape.With(1, 1) || value.Shape != key.Shape
            || key.Shape[1] <= query.Shape[1])
        {
            throw new ArgumentException(
                "SpanAttention: query [B, M, H, D] and key and value [B, L + M, H, D] with L of at least 1 are needed, the shapes are "
                + $"{query.Shape}, {key.Shape} and {value.Shape}.");
        }

        int batch = query.Shape[0], length = query.Shape[1], heads = query.Shape[2], width = query.Shape[3], slots = key.Shape[1] - length;
        if (positions.Rank != 2 || positions.Shape[0] < slots || positions.Shape[1] != width)
        {
            throw new ArgumentException(
                $"SpanAttention: positions [S, {width}] with S of at least {slots} are needed, the shape is {positions.Shape}.");
        }

        if (options.Span is { } span && span.Shape != new Shape(heads) && span.Shape != new Shape(batch, length, heads))
        {
            throw new ArgumentException(
                $"SpanAttention: spans of the shape [{heads}] or {new Shape(batch, length, heads)} are needed, the shape is {span.Shape}.");
        }

        if (options.Span is not null && options.Ramp < 1)
        {
            throw new ArgumentException($"SpanAttention: spans need a ramp of at least 1, it is {options.Ramp}.");
        }

        Shape memory = options.PersistentKey?.Shape ?? default;
        if (options.PersistentKey is null != options.PersistentValue is null
            || (options.PersistentKey is not null
                && (memory.Rank != 3 || memory != new Shape(heads, memory[1], width) || options.PersistentValue!.Shape != memory)))
        {
            throw new ArgumentException(
                $"SpanAttention: persistent keys and values of the shape [{heads}, N, {width}] are needed, both or neither, the shapes are "
                + $"{Name(options.PersistentKey)} and {Name(options.PersistentValue)}.");
        }

        if (options.Dropout is not (>= 0 and < 1))
        {
            throw new ArgumentException($"SpanAttention: the dropout {options.Dropout} must be in [0, 1).");
        }

        static string Name(Tensor? x) => x is null ? "none" : x.Shape.ToString();
    }

    private static SpanAttentionProblem Describe(Tensor query, Tensor key, Tensor positions, in SpanAttentionOptions options)
    {
        int length = query.Shape[1], heads = query.Shape[2], width = query.Shape[3], slots = key.Shape[1] - length;
        int persistent = options.PersistentKey?.Shape[1] ?? 0;
        return new SpanAttentionProblem
        {
            Batch = query.Shape[0],
            Heads = heads,
            QueryLength = length,
            Length = slots,
            HeadWidth = width,
            Persistent = persistent,
            Q = query.Buffer,
            K = key.Buffer,
            QStrides = RowsOf(query),
            KStrides = RowsOf(key),
            Positions = LastRows(positions, slots),
            Scale = 1 / MathF.Sqrt(width),
            Spans = options.Span?.Buffer ?? default,
            SpanStrides = options.Span is not { Rank: 3 } ? new RowStrides(0, 0, 1) : new RowStrides((long)length * heads, heads, 1),
            Ramp = options.Ramp,
            PersistentKeys = persistent > 0 ? options.PersistentKey!.Buffer : default,
            PersistentValues = persistent > 0 ? options.PersistentValue!.Buffer : default,
            Dropout = options.Dropout,
            DropoutKey = options.Key,
        };
    }

    // [B, S, H, D], a view without history.
    private static Tensor PackedPart(Tensor packed, int part)
    {
        using NoGradientScope _ = new();
        return packed.Slice(2, part, 1).Reshape(packed.Shape.Without(2));
    }

    private static DeviceBuffer LastRows(Tensor table, int rows) =>
        table.Buffer with { Offset = table.Offset + ((long)(table.Shape[0] - rows) * table.Shape[1]) };

    // The kernel contract states the formulas. Position rows that no slot uses have a zero gradient.
    private sealed class SpanAttentionRule : GradientRule
    {
        private readonly Tensor _query, _key, _positions;
        private readonly Tensor? _value, _span, _persistentKey, _persistentValue;
        private readonly SpanAttentionProblem _problem;

        /// <summary>Without a value, the key is the packed tensor of both.</summary>
        public SpanAttentionRule(Tensor query, Tensor key, Tensor? value, Tensor positions, in SpanAttentionOptions options,
            in SpanAttentionProblem problem, Tensor sums)
            : base(query, key, value, positions, options.Span, options.PersistentKey, options.PersistentValue)
        {
            (_query, _key, _value, _positions, _problem) = (query, key, value, positions, problem);
            (_span, _persistentKey, _persistentValue) = (options.Span, options.PersistentKey, options.PersistentValue);
            Own(sums);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            dy = WithRows(dy);
            Tensor dq = Tensor.EmptyLike(_query), dKey = Tensor.EmptyLike(_key), dPositions = Tensor.EmptyLike(_positions);
            Tensor dk = _value is null ? PackedPart(dKey, 0) : dKey, dv = _value is null ? PackedPart(dKey, 1) : Tensor.EmptyLike(_value);
            Tensor? dSpan = EmptyLike(_span), dPersistentKey = EmptyLike(_persistentKey), dPersistentValue = EmptyLike(_persistentValue);
            Elementwise(dy).Fill(dPositions.Buffer, (long)(_positions.Shape[0] - _problem.Length) * _problem.HeadWidth, 0);
            SpanAttentionGradientProblem problem = new()
            {
                Forward = _problem,
                DY = dy.Buffer,
                DQ = dq.Buffer,
                DK = dk.Buffer,
                DV = dv.Buffer,
                DYStrides = RowsOf(dy),
                DQStrides = RowsOf(dq),
                DKStrides = RowsOf(dk),
                DVStrides = RowsOf(dv),
                DPositions = LastRows(dPositions, _problem.Length),
                DSpans = dSpan?.Buffer ?? default,
                DPersistentKeys = _problem.Persistent > 0 ? dPersistentKey!.Buffer : default,
                DPersistentValues = _problem.Persistent > 0 ? dPersistentValue!.Buffer : default,
            };
            dy.Kernels.Attention.SpanAttentionGradient(problem);
            sink.Add(_query, dq);
            sink.Add(_key, dKey);
            sink.AddIfAny(_value, _value is null ? null : dv);
            sink.Add(_positions, dPositions);
            sink.AddIfAny(_span, dSpan);
            sink.AddIfAny(_persistentKey, dPersistentKey);
            sink.AddIfAny(_persistentValue, dPersistentValue);
        }
    }
}
