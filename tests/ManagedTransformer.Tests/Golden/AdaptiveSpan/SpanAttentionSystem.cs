using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

/// <summary>Attention with fixed, learnt or dynamic spans, with or without persistent vectors.</summary>
internal sealed class SpanAttentionSystem(string name) : IGoldenSystem
{
    public string Name => name;

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        WithPositions layer = new(config);
        check.Load(layer);
        Tensor h = check.Input("h"), past = test.Floats("in/cache");
        LayerHistory history = new();
        // A history releases what it no longer needs; the weights are compared with the states as they were.
        history.Set(past.Detach() * 1);
        Penalties penalties = new();
        Tensor y = layer.Attention.Attend(h, new AttentionMask(Causal: true), history, ForwardContext.Inference.Collecting(penalties));
        check.Compare("out/y", y);
        check.Compare("out/weights", layer.Attention.Weights(h, past).Context);
        if (test.Has("out/z"))
        {
            Tensor spans = layer.Attention.Spans(h)!.Transpose(1, 2);
            check.Compare("out/z", spans);
            check.Compare("out/mean_span", penalties.Total!);
            check.Differentiate(("y", y), ("z", spans), ("mean_span", penalties.Total!));
        }
        else
        {
            check.Differentiate(("y", y));
        }

        check.CompareInputGradient("h", h);
        check.CompareGradients(layer);
    }

    /// <summary>A layer with a table of positions of its own.</summary>
    private sealed class WithPositions : Module
    {
        private readonly Parameter _positions;

        public WithPositions(GoldenConfig config)
        {
            RandomSource random = new(1);
            _positions = Initialization.Normal(new Shape(config.Int("max_span"), config.Int("head_dim")), 1, random);
            SpanAttentionLayerOptions options = new()
            {
                Dim = config.Int("hidden"),
                Heads = config.Int("heads"),
                Kind = SpanModels.KindOfSpans(config),

                // A weight of 1 makes the penalty the mean span itself.
                Span = SpanModels.Span(config) with { Penalty = 1 },
                Persistent = config.Int("persistent", 0),
            };
            Attention = new SpanSelfAttention(options, _positions, random);
        }

        public SpanSelfAttention Attention { get; }

        public override void Visit(ParameterVisitor visit)
        {
            visit.Add("", Attention);
            visit.Add("pos.weight", _positions);
        }
    }
}
