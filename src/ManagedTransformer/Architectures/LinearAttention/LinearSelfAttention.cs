using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// Self-attention with a feature map in place of the softmax: y[t] = phi(q[t])^T s / D(phi(q[t]) . z), s and z the sums of phi(k) (x) v and
/// phi(k) over the positions that t sees (Katharopoulos et al., 2020; Peng et al., 2021; Kasai et al., 2021). Training takes time linear in
/// the length, generation constant time and memory per token.
/// </summary>
internal sealed class LinearSelfAttention : SelfAttention
{
    // What gates start with: a decay of 0.88, and an almost open input gate.
    private const float InitialDecay = 2, InitialInput = 3;

    private readonly LinearAttentionLayerOptions _options;
    private readonly LinearProjections _projections;
    private MergedProjections? _merged;

    /// <summary>An attention layer.</summary>
    /// <param name="options">Sizes, feature map and gate.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="ArgumentException">The heads do not divide the width.</exception>
    public LinearSelfAttention(LinearAttentionLayerOptions options, RandomSource random)
    {
        _options = options;
        _projections = new LinearProjections(options, options.Dim, random);
        if (options.Linear.Gate != LinearGateKind.None)
        {
            Gate = new Linear(
                Initialization.Uniform(new Shape(options.Heads, options.Dim), 1 / MathF.Sqrt(options.Dim), random),
                new Parameter(Tensor.Full(new Shape(options.Heads),
                    options.Linear.Gate == LinearGateKind.Decay ? InitialDecay : InitialInput)));
        }
    }

    /// <inheritdoc/>
    public override Linear Query => _projections.Query;

    /// <inheritdoc/>
    public override Linear Key => _projections.Key;

    /// <inheritdoc/>
    public override Linear Value => _projections.Value;

    /// <inheritdoc/>
    public override Linear Out => _projections.Out;

    /// <summary>phi, the same for queries and keys.</summary>
    public FeatureMap Feature => _projections.Feature;

    /// <summary>Logits of the gates, [heads, dim] and [heads]; null without gates.</summary>
    public Linear? Gate { get; }

    /// <summary>
    /// The merged projections that <see cref="Step"/> uses; null before the first state, and for maps that cannot be merged.
    /// </summary>
    internal MergedProjections? Merged => _merged;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A window, or decaying gates without a direction.</exception>
    public override Tensor Attend(Tensor x, AttentionMask mask, LayerHistory? history, ForwardContext context)
    {
        if (mask.Window > 0)
        {
            throw new ArgumentException("Linear attention has no window: its state cannot forget single positions.");
        }

        (Tensor query, Tensor? queryScale) = Feature.ScaleQueries(_projections.Queries(x, context));
        (Tensor key, Tensor? keyScale) = Feature.ScaleKeys(_projections.Keys(x, context));
        Tensor value = _projections.Values(x, context);
        LinearAttentionOptions options = Gated(x, ref key, _options.Linear.ScaledOptions(queryScale, keyScale), context) with
        {
            KeyPadding = mask.KeyPadding,
        };
        if (mask.Causal)
        {
            return _projections.Join(query.CausalLinearAttention(key, value, options).Output, context);
        }

        return options.Gate is null
            ? _projections.Join(query.NoncausalLinearAttention(key, value, options), context)
            : throw new ArgumentException("Linear attention with decaying gates is causal.");
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Learnt maps are merged with the projections here and at <see cref="LayerState.Reset"/>:
    /// weights that change later take effect with the next one.
    /// </remarks>
    public override LayerState CreateState(int batch) => new LinearState(
        new Shape(batch, _options.Heads, _options.Linear.Features(_projections.Width), _projections.Width), Feature.HasMaximum, Prepare);

    /// <inheritdoc/>
    public override Tensor Step(Tensor x, LayerState state)
    {
        using NoGradientScope _ = new();
        LinearState memory = (LinearState)state;
        Tensor value = _projections.Values(x, ForwardContext.Inference);
        (Tensor query, Tensor key, LinearAttentionOptions options) = MapNext(x, memory);
        return _projections.Join(
            TensorOperators.LinearAttentionStep(query, key, value, memory.State, options), ForwardContext.Inference);
    }

    /// <inheritdoc/>
    public override Tensor StepTogether(Tensor x, LayerStates states)
    {
        using NoGradientScope _ = new();
        if (Feature.HasMaximum)
        {
            // What maps take out depends on what a text has read.
            return base.StepTogether(x, states);
        }

        Tensor value = _projections.Values(x, ForwardContext.Inference);
        (Tensor query, Tensor key, LinearAttentionOptions options) = MapNext(x, null);
        Tensor[] rows = new Tensor[states.Count];
        for (int text = 0; text < rows.Length; text++)
        {
            rows[text] = TensorOperators.LinearAttentionStep(
                query.Slice(0, text, 1), key.Slice(0, text, 1), value.Slice(0, text, 1), ((LinearState)states[text]).State,
                options with { Gate = options.Gate?.Slice(0, text, 1) });
        }

        return _projections.Join(TensorOperators.Concat(0, rows), ForwardContext.Inference);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", _projections);
        visit.Add("gate", Gate);
    }

    private LinearAttentionOptions Gated(Tensor x, ref Tensor key, LinearAttentionOptions options, ForwardContext context)
    {
        if (Gate is null)
        {
            return options;
        }

        Tensor logits = Gate.Forward(x, context);
        if (_options.Linear.Gate == LinearGateKind.Decay)
        {
            return options with { Gate = logits };
        }

        key *= logits.Sigmoid().Reshape(logits.Shape.Insert(3, 1));
        return options;
    }

    // Features of new positions, and the options of their step; only maps that take something out look at the memory.
    private (Tensor Query, Tensor Key, LinearAttentionOptions Options) MapNext(Tensor x, LinearState? memory)
    {
        (Tensor Features, Tensor? LogScale) query;
        Tensor key;
        if (_merged is not null)
        {
            (Tensor queries, key) = _merged.Map(x);
            query = (queries, null);
        }
        else
        {
            query = Feature.ScaleQueries(_projections.Queries(x, ForwardContext.Inference));
            Tensor keys = _projections.Keys(x, ForwardContext.Inference);
            key = memory is null ? Feature.Map(keys) : Feature.MapNextKeys(keys, memory);
        }

        LinearAttentionOptions options = Gated(
            x, ref key, _options.Linear.ScaledOptions(query.LogScale, memory?.LogScale), ForwardContext.Inference);
        return (query.Features, key, options);
    }

    private void Prepare()
    {
        if (Feature is LearnedFeatures { IsMergeable: true } features)
        {
            _merged ??= new MergedProjections(_projections, features);
            _merged.Rebuild();
        }
    }
}
