using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>
/// Attention of rotated heads whose newest keys W(t) have softmax weights and whose earlier ones linear ones (Zhang et al., "LoLCATs",
/// 2024): with s = q . k / sqrt(d), c the largest s of W(t), gamma = sigmoid(window factor) and beta = 1 or 1 - gamma,
/// y[t] = (sum over W(t) of gamma e^(s - c) v + sum over earlier keys of beta phi_q . phi_k v) / (the same sums without v). Without a
/// window all keys are earlier ones, and the divisor has an epsilon.
/// </summary>
internal sealed class HybridAttention : Module
{
    /// <summary>Fewest positions that training and prompts compute together.</summary>
    public const int FewestPerBlock = 64;

    // sigmoid^-1(0.1): the window begins with a tenth of the weight.
    private const float InitialFactor = -2.1972f;
    private readonly LolcatsConfig _config;
    private readonly WindowShape _window;
    private readonly int _heads, _keyHeads, _width;
    private readonly float _scale;
    private readonly LolcatsFeatures? _tied;

    /// <summary>Attention with initial values.</summary>
    /// <param name="config">Validated.</param>
    /// <param name="heads">H: heads of queries.</param>
    /// <param name="keyHeads">KV: heads of keys and values.</param>
    /// <param name="width">d.</param>
    public HybridAttention(LolcatsConfig config, int heads, int keyHeads, int width)
    {
        (_config, _window, _heads, _keyHeads, _width) = (config, config.Shape, heads, keyHeads, width);
        _scale = 1 / MathF.Sqrt(width);
        FeatureQuery = new LolcatsFeatures(config, heads, width);
        FeatureKey = config.TieMaps ? FeatureQuery : new LolcatsFeatures(config, heads, width);
        _tied = config.TieMaps ? FeatureQuery : null;
        WindowFactor = _window.IsOpen ? new Parameter(Tensor.Full(new Shape(heads), InitialFactor)) : null;
    }

    /// <summary>phi of queries.</summary>
    public LolcatsFeatures FeatureQuery { get; }

    /// <summary>phi of keys, which may be that of queries.</summary>
    public LolcatsFeatures FeatureKey { get; }

    /// <summary>gamma before the sigmoid, [H]; null without a window.</summary>
    public Parameter? WindowFactor { get; }

    /// <summary>Most positions of one step, so that a prompt takes linear time.</summary>
    public int MostPerStep => _window.IsOpen ? _window.Block(FewestPerBlock) : int.MaxValue;

    /// <summary>Causal attention of a sequence.</summary>
    /// <param name="query">[B, T, H, d]</param>
    /// <param name="key">[B, T, KV, d]</param>
    /// <param name="value">[B, T, KV, d]</param>
    /// <param name="padding">Float32 [B, T], 1 at keys that nothing sees; null for none.</param>
    /// <param name="fewest">Fewest positions of a block; a sequence of no more takes the quadratic form.</param>
    /// <returns>[B, T, H, d]</returns>
    public Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? padding, int fewest = FewestPerBlock)
    {
        (Tensor mappedQuery, Tensor mappedKey) = (MapQueries(query), FeatureKey.Map(key));
        if (!_window.IsOpen)
        {
            return mappedQuery.CausalLinearAttention(mappedKey, Repeat(value), Division with { KeyPadding = padding }).Output;
        }

        Tensor? kept = padding?.Affine(-1, 1);
        mappedKey = kept is null ? mappedKey : mappedKey * kept.Reshape(new Shape(kept.Shape[0], kept.Shape[1], 1, 1));
        return new HybridBlocks(_window, query.Shape[1], fewest)
            .Attend(query * _scale, key, value, mappedQuery, mappedKey, kept, Gamma);
    }

    /// <summary>The weights of <see cref="Attend"/>, which add up to 1, in quadratic time.</summary>
    /// <param name="query">[B, T, H, d]</param>
    /// <param name="key">[B, T, KV, d]</param>
    /// <param name="padding">Float32 [B, T], 1 at keys that nothing sees; null for none.</param>
    /// <returns>[B, H, T, T]</returns>
    public Tensor Weights(Tensor query, Tensor key, Tensor? padding)
    {
        int length = query.Shape[1];
        (float[] window, float[]? earlier) = _window.Masks(0, length, 0, length);
        Shape mask = new(1, 1, length, length);
        Tensor kept = padding is null
            ? Tensor.Scalar(1, query.Device)
            : padding.Affine(-1, 1).Reshape(new Shape(padding.Shape[0], 1, 1, length));
        Tensor? linear = earlier is null
            ? null
            : MapQueries(query).Transpose(1, 2).MatMul(FeatureKey.Map(key).Permute(0, 2, 3, 1))
                * (Tensor.From(earlier, mask, query.Device) * kept);
        if (!_window.IsOpen)
        {
            Tensor sum = linear!.Sum([-1], keepAxes: true);
            return linear! / (_config.Denominator == LinearDenominator.Add
                ? sum + _config.DenominatorEps
                : sum.Clamp(_config.DenominatorEps, float.PositiveInfinity));
        }

        Tensor scores = (query * _scale).Transpose(1, 2).MatMul(Repeat(key).Permute(0, 2, 3, 1));
        Tensor weights = HybridBlocks.Weights(
            scores, Tensor.From(window, mask, query.Device) * kept, Gamma.Reshape(new Shape(1, _heads, 1, 1)), linear);
        return HybridBlocks.Divide(weights, weights.Sum([-1], keepAxes: true));
    }

    /// <summary>An empty state.</summary>
    /// <param name="batch">Sequences side by side.</param>
    public LolcatsState CreateState(int batch) =>
        new(_window, new Shape(batch, _heads, _config.Features, _width), _keyHeads);

    /// <summary>Attention of new positions to all that a state has read, which is moved behind them; nothing is recorded.</summary>
    /// <param name="query">[B, n, H, d]</param>
    /// <param name="key">[B, n, KV, d]</param>
    /// <param name="value">[B, n, KV, d]</param>
    /// <param name="state">Made by <see cref="CreateState"/>.</param>
    /// <returns>[B, n, H, d]</returns>
    public Tensor Step(Tensor query, Tensor key, Tensor value, LolcatsState state)
    {
        using NoGradientScope _ = new();
        if (!_window.IsOpen)
        {
            state.Advance(query.Shape[1]);
            return TensorOperators.LinearAttentionStep(
                MapQueries(query), FeatureKey.Map(key), Repeat(value), state.Sums, Division);
        }

        // What no new position sees leaves first, so that the state never holds more than it has room for.
        int count = query.Shape[1], last = state.Length + count - 1;
        Tensor mapped = MapQueries(query);
        (Tensor Keys, Tensor Values)? gone = state.Take(_window.First(state.Length));
        (Tensor Sums, Tensor Total) earlier = ReadSums(mapped, gone, state);
        if (count == 1)
        {
            state.Append(key, value);
            (key, value) = state.Present();
            return Read(WeighWindow(Score(query, key)), value, earlier);
        }

        (key, value) = state.With(key, value);
        Tensor y = Read(Weigh(Score(query, key), mapped.Transpose(1, 2), key, state), value, earlier);
        int leaving = Math.Max(0, _window.First(last) - state.First), staying = key.Shape[1] - leaving;
        if (leaving > 0)
        {
            Absorb(key.Slice(1, 0, leaving), value.Slice(1, 0, leaving), state);
        }

        state.Replace(key.Slice(1, leaving, staying), value.Slice(1, leaving, staying), last + 1);
        return y;
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("feature", _tied);
        visit.Add("feature_query", _tied is null ? FeatureQuery : null);
        visit.Add("feature_key", _tied is null ? FeatureKey : null);
        visit.Add("window_factor", WindowFactor);
    }

    private LinearAttentionOptions Division =>
        new() { Denominator = _config.Denominator, Epsilon = _config.DenominatorEps };

    // [H]
    private Tensor Gamma => WindowFactor!.Sigmoid();

    // phi(q) beta, [B, T, H, K].
    private Tensor MapQueries(Tensor query)
    {
        Tensor mapped = FeatureQuery.Map(_config.QueryScale ? query * _scale : query);
        return _config.AffineFactors ? mapped * (-WindowFactor!).Sigmoid().Reshape(new Shape(1, 1, _heads, 1)) : mapped;
    }

    // Sums of earlier keys, those that leave the window among them, for mapped queries [B, n, H, K]: [B, H, n, d] and [B, H, n, 1].
    private (Tensor Sums, Tensor Total) ReadSums(Tensor mapped, (Tensor Keys, Tensor Values)? gone, LolcatsState state)
    {
        Shape column = state.Sums.Z.Shape.Insert(3, 1);
        Tensor rows = mapped.Transpose(1, 2);
        if (gone is { Keys.Shape: var shape } one && shape[1] == 1 && mapped.Shape[1] == 1)
        {
            // One pass over the state moves and reads it. It divides by what is at least 1, which is taken back.
            LinearAttentionOptions divided = new() { Denominator = LinearDenominator.Clamp, Epsilon = 1 };
            Tensor y = TensorOperators.LinearAttentionStep(mapped, FeatureKey.Map(one.Keys), Repeat(one.Values), state.Sums, divided);
            Tensor total = rows.MatMul(state.Sums.Z.Reshape(column));
            return (y.Transpose(1, 2) * total.Clamp(1, float.PositiveInfinity), total);
        }

        if (gone is { } left)
        {
            Absorb(left.Keys, left.Values, state);
        }

        return (rows.MatMul(state.Sums.S), rows.MatMul(state.Sums.Z.Reshape(column)));
    }

    // Scaled products of queries [B, n, H, d] and near keys [B, m, KV, d], [B, H, n, m].
    private Tensor Score(Tensor query, Tensor keys)
    {
        (int batch, int count, int near) = (query.Shape[0], query.Shape[1], keys.Shape[1]);
        Tensor rows = (query * _scale).Transpose(1, 2).Reshape(Rows(batch, count, _width));
        return rows.MatMul(keys.Permute(0, 2, 3, 1)).Reshape(new Shape(batch, _heads, count, near));
    }

    // Sums of near values [B, m, KV, d] by their weights [B, H, n, m] and of the earlier ones, divided; [B, n, H, d].
    private Tensor Read(Tensor weights, Tensor values, (Tensor Sums, Tensor Total) earlier)
    {
        (int batch, int count, int near) = (weights.Shape[0], weights.Shape[2], weights.Shape[3]);
        Tensor sums = weights.Reshape(Rows(batch, count, near)).MatMul(values.Transpose(1, 2))
            .Reshape(new Shape(batch, _heads, count, _width));
        return HybridBlocks.Divide(sums + earlier.Sums, weights.Sum([-1], keepAxes: true) + earlier.Total).Transpose(1, 2);
    }

    // Queries that share keys are rows of one product.
    private Shape Rows(int batch, int count, int width) => new(batch, _keyHeads, _heads / _keyHeads * count, width);

    // Of one position, all of whose near keys are in its window.
    private Tensor WeighWindow(Tensor scores) =>
        (scores - scores.Max([-1], keepAxes: true)).Exp() * Gamma.Reshape(new Shape(1, _heads, 1, 1));

    private Tensor Weigh(Tensor scores, Tensor mapped, Tensor keys, LolcatsState state)
    {
        int count = scores.Shape[2], near = scores.Shape[3];
        Shape mask = new(1, 1, count, near);
        (float[] window, float[]? earlier) = _window.Masks(state.Length, count, state.First, near);
        Tensor? linear = earlier is null
            ? null
            : mapped.MatMul(FeatureKey.Map(keys).Permute(0, 2, 3, 1)) * Tensor.From(earlier, mask, scores.Device);
        return HybridBlocks.Weights(
            scores, Tensor.From(window, mask, scores.Device), Gamma.Reshape(new Shape(1, _heads, 1, 1)), linear);
    }

    private void Absorb(Tensor keys, Tensor values, LolcatsState state)
    {
        // The step moves the state in place; what it reads on the way is nobody's.
        Tensor mapped = FeatureKey.Map(keys);
        TensorOperators.LinearAttentionStep(mapped, mapped, Repeat(values), state.Sums, new() { Epsilon = 1 });
    }

    // [B, T, KV, e] as [B, T, H, e].
    private Tensor Repeat(Tensor x)
    {
        (int batch, int length, int width) = (x.Shape[0], x.Shape[1], x.Shape[3]);
        return _heads == _keyHeads ? x : x.Reshape(new Shape(batch, length, _keyHeads, 1, width))
            .Expand(new Shape(batch, length, _keyHeads, _heads / _keyHeads, width))
            .Reshape(new Shape(batch, length, _heads, width));
    }
}
