using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>
/// Attention to the last L positions, the position itself not among them, with relative positions and, per head, a soft mask over distances
/// (Sukhbaatar et al., "Adaptive Attention Span in Transformers", 2019), and with persistent vectors in the same softmax ("Augmenting
/// Self-attention with Persistent Memory", 2019). The spans are fixed, learnt (z = S ratio) or computed from the input (z = S
/// sigmoid(v . x + b)).
/// </summary>
internal sealed class SpanSelfAttention : SelfAttention
{
    private readonly SpanAttentionLayerOptions _options;
    private readonly Parameter _positions;
    private readonly PackedLinear _keyValue;
    private readonly int _dim, _heads;

    /// <summary>An attention layer.</summary>
    /// <param name="options">Sizes and kinds.</param>
    /// <param name="positions">The table of relative positions that all heads and layers share, [S, d]; the model owns it.</param>
    /// <param name="random">Source of the initial values.</param>
    public SpanSelfAttention(SpanAttentionLayerOptions options, Parameter positions, RandomSource random)
    {
        (_options, _positions, _dim, _heads) = (options, positions, options.Dim, options.Heads);
        int width = _dim / _heads;
        float bound = 1 / MathF.Sqrt(_dim);
        Shape square = new(_dim, _dim);
        Query = new Linear(Initialization.Uniform(square, bound, random), null);
        _keyValue = new PackedLinear(Initialization.Uniform(new Shape(2 * _dim, _dim), bound, random), false, _dim, _dim);
        (Key, Value) = (_keyValue[0], _keyValue[1]);
        Out = new Linear(Initialization.Uniform(square, bound, random), null);
        if (options.Kind == SpanKind.Learnt)
        {
            SpanRatio = new Parameter(Tensor.Full(new Shape(_heads), options.Span.Initial));
        }
        else if (options.Kind == SpanKind.Dynamic)
        {
            SpanMap = new Linear(
                Initialization.Uniform(new Shape(_heads, _dim), bound, random),
                new Parameter(Tensor.Full(new Shape(_heads), options.Span.InitialBias)));
        }

        if (options.Persistent > 0)
        {
            Shape vectors = new(_heads, options.Persistent, width);
            PersistentKey = Initialization.Normal(vectors, 1 / MathF.Sqrt(width), random);
            PersistentValue = Initialization.Normal(vectors, 1 / MathF.Sqrt(options.Persistent), random);
        }
    }

    /// <inheritdoc/>
    public override Linear Query { get; }

    /// <inheritdoc/>
    public override Linear Key { get; }

    /// <inheritdoc/>
    public override Linear Value { get; }

    /// <inheritdoc/>
    public override Linear Out { get; }

    /// <summary>Learnt spans as shares of the limit, [heads]; null for other kinds.</summary>
    public Parameter? SpanRatio { get; }

    /// <summary>Dynamic spans: v [heads, dim] and b [heads]; null for other kinds.</summary>
    public Linear? SpanMap { get; }

    /// <summary>Persistent keys, stored unscaled, [heads, N, d]; null without any.</summary>
    public Parameter? PersistentKey { get; }

    /// <summary>Persistent values, stored unscaled, [heads, N, d]; null without any.</summary>
    public Parameter? PersistentValue { get; }

    /// <inheritdoc/>
    public override bool ReadsHistory => true;

    /// <inheritdoc/>
    public override int MostPerStep => SpanState.Slack;

    /// <inheritdoc/>
    public override Tensor? SizingValues => SpanRatio;

    /// <inheritdoc/>
    internal override bool StartsByFanIn => true;

    /// <inheritdoc/>
    internal override IEnumerable<int> BlockSizes => Sizes is { } sizes ? [sizes.Kept, sizes.Cache] : [];

    /// <summary>Input states that the next block wants to see.</summary>
    internal int HistoryLength => Sizes?.Cache ?? _options.Span.Limit;

    /// <summary>What the layer computes and caches with its present spans; null for dynamic spans, which depend on the input.</summary>
    internal SpanSizes? Sizes => _options.Kind switch
    {
        SpanKind.Learnt => SpanSizes.OfRatios(SpanRatio!.ToArray(), _options.Span),
        SpanKind.Dynamic => null,
        _ => SpanSizes.Fixed(_options.Span),
    };

    /// <inheritdoc/>
    public override void ApplyConstraints()
    {
        using NoGradientScope _ = new();
        SpanRatio?.Assign(SpanRatio.Detach().Clamp(0, 1));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Padding is masked, which a window that counts empty slots cannot do.</exception>
    public override Tensor Attend(Tensor x, AttentionMask mask, LayerHistory? history, ForwardContext context)
    {
        if (mask.KeyPadding is not null)
        {
            throw new ArgumentException("Span attention has no padding mask: rows are streams of tokens without padding.");
        }

        Tensor? spans = Spans(x, context);
        int slots = Slots(spans);
        if (spans is not null)
        {
            context.Observer?.Observe(this, new SpansUsed(spans.Detach()));
            if (_options.Span.Penalty > 0)
            {
                context.Penalties?.Add(spans.Mean(), _options.Span.Penalty);
            }
        }

        Tensor keyValue = _keyValue.Forward(WithHistory(x, history?.States, slots), context);
        Tensor packed = keyValue.Reshape(new Shape(keyValue.Shape[0], keyValue.Shape[1], 2, _heads, _dim / _heads));
        Tensor y = Merge(Heads(Query.Forward(x, context)).PackedSpanAttention(packed, _positions, Options(spans, context)), context);
        history?.Advance(x, HistoryLength);
        return y;
    }

    /// <summary>
    /// The attention weights of a block, for inspection: to context slots [B, heads, T, L], and to persistent vectors [B, heads, T, N]
    /// where there are any.
    /// </summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="history">States before the block, [B, C, dim]; or null.</param>
    public (Tensor Context, Tensor? Persistent) Weights(Tensor x, Tensor? history)
    {
        using NoGradientScope _ = new();
        Tensor? spans = Spans(x);
        Tensor key = Heads(Key.Forward(WithHistory(x, history, Sizes?.Kept ?? BlockSlots(spans!))));
        return TensorOperators.SpanAttentionWeights(Heads(Query.Forward(x)), key, _positions, Options(spans, ForwardContext.Inference));
    }

    /// <inheritdoc/>
    public override LayerState CreateState(int batch) =>
        new SpanState(batch, Sizes?.Kept ?? _options.Span.Limit, _heads, _dim / _heads);

    /// <inheritdoc/>
    public override Tensor Step(Tensor x, LayerState state)
    {
        Tensor heads = Read(Query.Forward(x), _keyValue.Forward(x, ForwardContext.Inference), Spans(x), (SpanState)state);
        return Merge(heads, ForwardContext.Inference);
    }

    /// <inheritdoc/>
    public override Tensor StepTogether(Tensor x, LayerStates states)
    {
        (Tensor query, Tensor keyValue) = (Query.Forward(x), _keyValue.Forward(x, ForwardContext.Inference));
        Tensor? spans = Spans(x);
        Tensor[] rows = new Tensor[states.Count];
        for (int text = 0; text < rows.Length; text++)
        {
            rows[text] = Read(query.Slice(0, text, 1), keyValue.Slice(0, text, 1),
                _options.Kind == SpanKind.Dynamic ? spans!.Slice(0, text, 1) : spans, (SpanState)states[text]);
        }

        return Merge(TensorOperators.Concat(0, rows), ForwardContext.Inference);
    }

    /// <summary>Spans in tokens: [heads] or [B, T, heads]; null for fixed ones.</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="context">Dropout of adapters; default: none.</param>
    public Tensor? Spans(Tensor x, ForwardContext? context = null) => _options.Kind switch
    {
        SpanKind.Learnt => SpanRatio! * _options.Span.Limit,
        SpanKind.Dynamic => SpanMap!.Forward(x, context ?? ForwardContext.Inference).Sigmoid() * _options.Span.Limit,
        _ => null,
    };

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("query", Query);
        visit.Add("key", Key);
        visit.Add("value", Value);
        visit.Add("out", Out);
        visit.Add("span.ratio", SpanRatio);
        visit.Add("span", SpanMap);
        visit.Add("persistent.key", PersistentKey);
        visit.Add("persistent.value", PersistentValue);
    }

    // Projected queries [B, n, dim], keys and values [B, n, 2 dim] of new positions to [B, n, heads, d].
    private Tensor Read(Tensor query, Tensor keyValue, Tensor? spans, SpanState memory)
    {
        (Tensor keys, Tensor values) = memory.Append(
            Heads(keyValue.Slice(2, 0, _dim)), Heads(keyValue.Slice(2, _dim, _dim)),
            _options.Kind == SpanKind.Dynamic ? Slots(spans) : memory.Kept);
        return Heads(query).SpanAttention(keys, values, _positions, Options(spans, ForwardContext.Inference));
    }

    // Spans that follow from the input are known on their device alone: there, all slots are asked for,
    // and the kernels leave out what no head sees.
    private int Slots(Tensor? spans) => Sizes?.Kept
        ?? (spans!.Device.IsHost ? BlockSlots(spans) : _options.Span.Limit);

    private int BlockSlots(Tensor spans) => SpanSizes.OfBlock(spans.Detach().Max().Item(), 0, _options.Span).Kept;

    // The newest states that the layer sees; zero states, which are ordinary slots, stand where the cache is too short.
    private static Tensor WithHistory(Tensor x, Tensor? history, int slots)
    {
        int length = history?.Shape[1] ?? 0;
        if (history is null || length == 0)
        {
            return TensorOperators.Concat(1, Tensor.Zeros(x.Shape.With(1, slots), x.Device), x);
        }

        int have = Math.Min(slots, length);
        Tensor newest = history.Slice(1, length - have, have);
        return have == slots
            ? TensorOperators.Concat(1, newest, x)
            : TensorOperators.Concat(1, Tensor.Zeros(x.Shape.With(1, slots - have), x.Device), newest, x);
    }

    private SpanAttentionOptions Options(Tensor? spans, ForwardContext context) => new()
    {
        Span = spans,
        Ramp = _options.Span.Ramp,
        PersistentKey = PersistentKey,
        PersistentValue = PersistentValue,
        Dropout = context.IsTraining ? _options.Dropout : 0,
        Key = context.IsTraining && _options.Dropout > 0 ? context.Random!.NextKey() : default,
    };

    private Tensor Heads(Tensor x) => x.Reshape(new Shape(x.Shape[0], x.Shape[1], _heads, _dim / _heads));

    private Tensor Merge(Tensor y, ForwardContext context) =>
        Out.Forward(y.Reshape(new Shape(y.Shape[0], y.Shape[1], _dim)), context);
}
