using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Llama;

/// <summary>
/// Softmax attention of H heads of queries over KV heads of keys and values: with q, k rotated by their positions, y of head h is the sum
/// over visible u of softmax_u(q_h . k_g(u) / sqrt d) v_g(u), g = floor(h KV / H), through the out map. Keys are never repeated in memory.
/// Query, key and value weights are packed in one matrix and computed in one product.
/// </summary>
internal sealed class RotarySelfAttention : SelfAttention
{
    private readonly RotaryTable _table;
    private readonly AttentionHeads _options;
    private readonly int _heads, _keyHeads, _width, _window;
    private readonly PackedLinear _packed;

    /// <summary>An attention layer with initial values.</summary>
    /// <param name="layer">Width, heads, dropout and epsilon of the layer.</param>
    /// <param name="config">Validated.</param>
    /// <param name="window">Newest keys that a position sees; 0: all.</param>
    /// <param name="table">Rotations, shared by all layers.</param>
    /// <param name="random">Source of the initial values.</param>
    public RotarySelfAttention(
        TransformerLayerOptions layer, RotaryConfig config, int window, RotaryTable table, RandomSource random)
    {
        (_table, _window) = (table, window);
        (_heads, _keyHeads, _width) = (layer.Heads, config.KeyHeads ?? layer.Heads, config.HeadWidth(layer.Dim, layer.Heads));
        _options = new AttentionHeads(_heads, layer.AttentionDropout);
        int queries = _heads * _width, keys = _keyHeads * _width, rows = queries + (2 * keys);
        Parameter weight = Initialization.Uniform(new Shape(rows, layer.Dim), MathF.Sqrt(6f / (layer.Dim + rows)), random);
        _packed = new PackedLinear(weight, config.Bias != AttentionBias.None, queries, keys, keys);
        (Query, Key, Value) = (_packed[0], _packed[1], _packed[2]);
        Out = new Linear(queries, layer.Dim, random, config.Bias == AttentionBias.All);
        QueryNorm = config.QueryKeyNorm ? new RmsNorm(_width, layer.NormEpsilon) : null;
        KeyNorm = config.QueryKeyNorm ? new RmsNorm(_width, layer.NormEpsilon) : null;
    }

    /// <inheritdoc/>
    public override Linear Query { get; }

    /// <inheritdoc/>
    public override Linear Key { get; }

    /// <inheritdoc/>
    public override Linear Value { get; }

    /// <inheritdoc/>
    public override Linear Out { get; }

    /// <summary>Norm of every head's queries before the rotation; null for none.</summary>
    public RmsNorm? QueryNorm { get; }

    /// <summary>Norm of every head's keys before the rotation; null for none.</summary>
    public RmsNorm? KeyNorm { get; }

    /// <summary>H: heads of queries.</summary>
    public int Heads => _heads;

    /// <summary>KV: heads of keys and values.</summary>
    public int KeyHeads => _keyHeads;

    /// <summary>d: width of a head.</summary>
    public int Width => _width;

    /// <inheritdoc/>
    public override Tensor Attend(Tensor x, AttentionMask mask, LayerHistory? history, ForwardContext context) =>
        Attend(Project(x, default, context), mask, context);

    /// <inheritdoc/>
    public override LayerState CreateState(int batch) => new KeyValueCache(batch, _keyHeads, _width, _window);

    /// <summary>Causal attention of new positions to all so far, or to the newest of them.</summary>
    /// <param name="x">[B, n, dim]</param>
    /// <param name="state">A <see cref="KeyValueCache"/> of rotated keys.</param>
    /// <returns>[B, n, dim]</returns>
    public override Tensor Step(Tensor x, LayerState state)
    {
        Tensor packed = Project(x, new RotaryOptions { First = ((KeyValueCache)state).Length });
        return Out.Forward(AttentionHeads.Join(Read(packed, state)));
    }

    /// <inheritdoc/>
    public override Tensor StepTogether(Tensor x, LayerStates states)
    {
        int[] positions = new int[states.Count];
        for (int text = 0; text < positions.Length; text++)
        {
            positions[text] = ((KeyValueCache)states[text]).Length;
        }

        Tensor packed = ProjectEach(x, positions);
        return Out.Forward(AttentionHeads.Join(packed.Slice(2, 0, _heads).AttentionEach(states.Each(packed, Append), CausalOptions)));
    }

    /// <summary>Rotated queries and keys, and values.</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="positions">Where the rows stand.</param>
    /// <param name="context">Dropout of adapters; null for none.</param>
    /// <returns>[B, T, H + 2 KV, d]: the heads of queries, of keys, of values.</returns>
    internal Tensor Project(Tensor x, RotaryOptions positions, ForwardContext? context = null)
    {
        Shape heads = new(x.Shape[0], x.Shape[1], _heads + (2 * _keyHeads), _width);
        Tensor packed = _packed.Forward(x, context ?? ForwardContext.Inference).Reshape(heads);
        if (QueryNorm is not null)
        {
            packed = TensorOperators.Concat(
                2,
                QueryNorm.Forward(packed.Slice(2, 0, _heads)),
                KeyNorm!.Forward(packed.Slice(2, _heads, _keyHeads)),
                packed.Slice(2, _heads + _keyHeads, _keyHeads));
        }

        int count = positions.Positions is { } given ? given.ToInt32Array().Max() + 1 : checked(positions.First + x.Shape[1]);
        (Tensor cos, Tensor sin) = _table.For(count, x.Device);
        return packed.Rotate(cos, sin, positions with { Heads = _heads + _keyHeads });
    }

    /// <summary>Likewise, of rows that stand at positions of their own.</summary>
    /// <param name="x">[n, 1, dim]</param>
    /// <param name="positions">One per row.</param>
    /// <returns>[n, 1, H + 2 KV, d]</returns>
    internal Tensor ProjectEach(Tensor x, ReadOnlySpan<int> positions) =>
        Project(x, new RotaryOptions { Positions = Tensor.From(positions, new Shape(positions.Length, 1), x.Device) });

    /// <summary>Attention within a block.</summary>
    /// <param name="packed">Made by <see cref="Project"/>.</param>
    /// <param name="mask">Which keys are seen, but for the window.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, dim]</returns>
    internal Tensor Attend(Tensor packed, AttentionMask mask, ForwardContext context) =>
        Out.Forward(AttentionHeads.Join(AttendHeads(packed, mask, context)), context);

    /// <summary>Attention within a block, before the out map.</summary>
    /// <param name="packed">Made by <see cref="Project"/>.</param>
    /// <param name="mask">Which keys are seen, but for the window.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, H, d]</returns>
    internal Tensor AttendHeads(Tensor packed, AttentionMask mask, ForwardContext context) =>
        packed.GroupedSelfAttention(_keyHeads, _options.Options(mask with { Window = _window }, context));

    /// <summary>The weights of causal attention, in quadratic memory.</summary>
    /// <param name="packed">Made by <see cref="Project"/>.</param>
    /// <param name="padding">Float32 [B, T], 1 at keys that nothing sees; null for none.</param>
    /// <returns>[B, H, T, T]</returns>
    internal Tensor Weights(Tensor packed, Tensor? padding)
    {
        // Softmax attention to the rows of a unit matrix as values gives its weights.
        (int batch, int length) = (packed.Shape[0], packed.Shape[1]);
        float[] unit = new float[checked(length * length)];
        for (int t = 0; t < length; t++)
        {
            unit[(t * length) + t] = 1;
        }

        (Tensor query, Tensor key, Tensor _) = Split(packed);
        Tensor values = Tensor.From(unit, new Shape(1, length, 1, length), packed.Device)
            .Expand(new Shape(batch, length, _keyHeads, length)).Contiguous();
        AttentionMask mask = new(Causal: true, Window: _window, KeyPadding: padding);
        return query.Attention(key, values, _options.Options(mask, ForwardContext.Inference)).Transpose(1, 2);
    }

    /// <summary>Tells the parts of <see cref="Project"/> apart.</summary>
    /// <param name="packed">[B, T, H + 2 KV, d]</param>
    /// <returns>[B, T, H, d] and twice [B, T, KV, d].</returns>
    internal (Tensor Query, Tensor Key, Tensor Value) Split(Tensor packed) => (
        packed.Slice(2, 0, _heads), packed.Slice(2, _heads, _keyHeads), packed.Slice(2, _heads + _keyHeads, _keyHeads));

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("query", Query);
        visit.Add("key", Key);
        visit.Add("value", Value);
        visit.Add("out", Out);
        visit.Add("query_norm", QueryNorm);
        visit.Add("key_norm", KeyNorm);
    }

    private AttentionOptions CausalOptions =>
        _options.Options(new AttentionMask(Causal: true, Window: _window), ForwardContext.Inference);

    // What Project gives of new positions to [B, n, H, d].
    private Tensor Read(Tensor packed, LayerState state)
    {
        (Tensor keys, Tensor values) = Append(packed, state);
        return packed.Slice(2, 0, _heads).Attention(keys, values, CausalOptions);
    }

    // The keys and values of all positions that are kept, behind those of new ones.
    private (Tensor Keys, Tensor Values) Append(Tensor packed, LayerState state) =>
        ((KeyValueCache)state).Append(Flat(packed, _heads, _keyHeads), Flat(packed, _heads + _keyHeads, _keyHeads));

    // Some heads side by side, [B, T, heads d].
    private Tensor Flat(Tensor packed, int first, int heads) =>
        packed.Slice(2, first, heads).Reshape(new Shape(packed.Shape[0], packed.Shape[1], heads * _width));
}
