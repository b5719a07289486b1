using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using ManagedTransformer.Tests.Golden.AdaptiveSpan;
using ManagedTransformer.Tests.Golden.DeLighT;
using ManagedTransformer.Tests.Golden.ProductKeyMemory;
using ManagedTransformer.Tests.Golden.TransformerToRnn;
using ManagedTransformer.Tests.Modules;
using Xunit;

namespace ManagedTransformer.Tests.Golden;

/// <summary>
/// Language models of all families with every key's other values: they have as many parameters as they say, steps give what whole texts
/// give, and gradients are right.
/// </summary>
public sealed class LanguageModelSpaceTests
{
    private const int Vocab = 29, Rows = 2;

    private static readonly string[] _delight =
    [
        .. ConfigSpace.Variants(
            """
            {"vocab": 29, "d_model": 16, "blocks": 2, "act": "swish", "pre_norm": true, "final_norm": false, "pad": 1, "positions": true,
             "scale": true, "map_dim": 8, "min_depth": 4,
             "max_depth": 5, "width_mult": 2, "max_groups": 4, "emb_depth": 4, "emb_width_mult": 2, "emb_max_groups": 4,
             "ffn_reduction": 4, "mixer": true, "shuffle": true, "mode": "dextra"}
            """,
            """{"act": "gelu"}""", """{"act": "relu"}""", """{"act": "none"}""", """{"pre_norm": false}""", """{"final_norm": true}""",
            """{"pre_norm": false, "final_norm": true}""", """{"positions": false}""", """{"scale": false}""", """{"map_dim": 16}""",
            """{"map_dim": 16, "scale": false}""", """{"blocks": 1, "max_depth": 4}""", """{"blocks": 3, "max_depth": 8}""",
            """{"min_depth": 2, "max_depth": 2}""", """{"width_mult": 1.5}""", """{"max_groups": 1}""", """{"emb_max_groups": 1}""",
            """{"emb_depth": 2}""", """{"ffn_reduction": 1}""", """{"ffn_reduction": 16}""", """{"mixer": false}""",
            """{"shuffle": false}""", """{"mode": "define"}""", """{"mode": "define", "max_depth": 7, "max_groups": 2}""", """{"pad": 0}""",
            """{"adaptive": {"cutoffs": [9, 18], "factor": 2, "tie": true, "tie_proj": true, "tail_quirk": false}}""",
            """
            {"adaptive": {"cutoffs": [9, 18], "factor": 2, "tie": true, "tie_proj": true, "tail_quirk": true}, "scale": false,
             "map_dim": 16}
            """,
            """{"adaptive": {"cutoffs": [9], "factor": 4, "tie": true, "tie_proj": false, "tail_quirk": false}, "positions": false}""",
            """{"adaptive": {"cutoffs": [9, 18], "factor": 2, "tie": false, "tie_proj": false, "tail_quirk": false}, "final_norm": true}""",
            """{"adaptive": {"cutoffs": [9], "factor": 8, "tie": true, "tie_proj": true, "tail_quirk": false}, "pre_norm": false}"""),
    ];

    private static readonly string[] _t2r =
    [
        .. ConfigSpace.Variants(
            """
            {"vocab": 29, "dim": 12, "layers": 2, "heads": 3, "ffn": 16, "convert": [true, false], "feature_size": 5, "activation": "relu",
             "pre_norm": true, "final_norm": true, "tie": true,
             "positions": "half", "padding_idx": 1, "scale_embedding": true, "query_scale": true, "reparam": false, "denominator": "clamp",
             "eps": 0.01}
            """,
            """{"convert": [false, true]}""", """{"convert": [true, true]}""", """{"convert": [false, false]}""",
            """{"convert": [true], "layers": 1}""", """{"convert": [false], "layers": 1}""",
            """{"convert": [true, false, true], "layers": 3}""", """{"heads": 1}""", """{"heads": 12}""", """{"feature_size": 1}""",
            """{"activation": "gelu"}""", """{"activation": "gelu_tanh"}""", """{"pre_norm": false}""", """{"final_norm": false}""",
            """{"pre_norm": false, "final_norm": false}""", """{"tie": false}""", """{"positions": "interleaved"}""",
            """{"positions": "learned"}""", """{"positions": "none"}""", """{"padding_idx": null}""", """{"padding_idx": 0}""",
            """{"scale_embedding": false}""", """{"query_scale": false}""", """{"reparam": true}""", """{"reparam": true, "tau": 0.7}""",
            """{"denominator": "add"}""", """{"denominator": "abs_clamp"}""",
            """{"eps": 0.0001}""", """{"cutoffs": [9, 18], "factor": 2, "tie": true}""",
            """{"cutoffs": [9, 18], "factor": 2, "tie": true, "scale_embedding": false}""",
            """{"cutoffs": [20], "factor": 3, "tie": false}"""),
    ];

    private static readonly string[] _spans =
    [
        .. ConfigSpace.Variants(
            """
            {"vocab": 29, "hidden": 8, "layers": 2, "heads": 2, "head_dim": 4, "inner": 12, "max_span": 14, "ramp": 4,
             "span": "adaptive", "adapt_cache": true, "span_coeff": 0.01}
            """,
            """{"span": "fixed"}""", """{"span": "dynamic"}""", """{"heads": 1, "head_dim": 8}""", """{"heads": 8, "head_dim": 1}""",
            """{"layers": 1}""", """{"max_span": 1}""", """{"max_span": 2, "span": "fixed"}""", """{"max_span": 70}""", """{"ramp": 1}""",
            """{"ramp": 40}""", """{"adapt_cache": false}""", """{"span_coeff": 0}""", """{"persistent": 3}""",
            """{"inner": 0, "persistent": 3}""", """{"inner": 0, "persistent": 1, "span": "fixed"}""",
            """{"inner": 0, "persistent": 5, "span": "dynamic"}""", """{"tied": true}""",
            """{"cutoffs": [8, 16], "div_val": 2, "tied": true}""",
            """{"cutoffs": [8, 16], "div_val": 2, "tied": false, "persistent": 2}""",
            """{"cutoffs": [8], "div_val": 4, "tied": true, "inner": 0, "persistent": 2}"""),
    ];

    private static readonly string[] _memories =
    [
        .. ConfigSpace.Variants(
            """
            {"vocab": 29, "dim": 8, "layers": 2, "attn_heads": 2, "ffn_dim": 16, "activation": "gelu", "positions": 9, "norm_eps": 1e-12,
             "tied": true, "share_values": false, "memory_positions": ["1"],
             "memory": {"heads": 2, "n_keys": 4, "key_dim": 6, "top_k": 3, "batch_norm": true, "query_bias": true, "query_hidden": [],
             "flat_keys": false}}
            """,
            """{"memory_positions": ["0+"]}""", """{"memory_positions": ["0", "1"]}""",
            """{"memory_positions": ["0", "1+"], "share_values": true}""", """{"memory_positions": []}""", """{"tied": false}""",
            """{"activation": "relu"}""", """{"layers": 1, "memory_positions": ["0"]}""", """{"attn_heads": 1}""", """{"norm_eps": 1e-5}""",
            """
            {"memory": {"heads": 1, "n_keys": 4, "key_dim": 6, "top_k": 4, "batch_norm": false, "query_bias": false, "query_hidden": [7],
             "flat_keys": false}}
            """,
            """
            {"memory": {"heads": 1, "n_keys": 1, "key_dim": 2, "top_k": 1, "batch_norm": true, "query_bias": true,
             "query_hidden": [7, 5], "flat_keys": false}}
            """,
            """
            {"memory": {"heads": 2, "n_keys": 12, "key_dim": 6, "top_k": 3, "batch_norm": true, "query_bias": true, "query_hidden": [],
             "flat_keys": true}}
            """,
            """
            {"memory": {"heads": 2, "n_keys": 12, "key_dim": 6, "top_k": 3, "batch_norm": true, "query_bias": true, "query_hidden": [],
             "flat_keys": true, "shared_keys": true}}
            """),
    ];

    public static IEnumerable<TheoryDataRow<string, string>> Settings() =>
    [
        .. _delight.Select(json => new TheoryDataRow<string, string>("delight", json)),
        .. _t2r.Select(json => new TheoryDataRow<string, string>("t2r", json)),
        .. _spans.Select(json => new TheoryDataRow<string, string>("adaptive_span", json)),
        .. _memories.Select(json => new TheoryDataRow<string, string>("pkm", json)),
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public void EveryKeyHasAllItsValues(string family, string json)
    {
        GoldenConfig config = ConfigSpace.Parse(json);
        CausalLanguageModel model = Build(family, config);
        Assert.Equal(model.Parameters().Sum(named => named.Parameter.Count), LanguageModelFormula.Parameters(model.Config));
        ShapeComparison.Check(model, () => new CausalLanguageModel(model.Config, new RandomSource(0)),
            shapes => shapes.Forward(ConfigSpace.Tokens(Rows, 3, Vocab, 3), ForwardContext.Inference));
        foreach (int length in new[] { 1, 6 })
        {
            Tensor tokens = ConfigSpace.Tokens(Rows, length, Vocab, 3);
            using NoGradientScope _ = new();
            Tensor whole = model.Forward(tokens, ForwardContext.Inference);
            LanguageModelState state = model.CreateState(Rows);
            for (int t = 0; t < length; t++)
            {
                ConfigSpace.Near(whole.Slice(1, t, 1).Reshape(new Shape(Rows, Vocab)), model.Step(tokens.Slice(1, t, 1), state), 2e-5);
            }

            ConfigSpace.Near(whole.Slice(1, length - 1, 1).Reshape(new Shape(Rows, Vocab)),
                model.Step(tokens, model.CreateState(Rows)), 2e-5);
        }

        // A search for slots is no smooth function.
        if (family != "pkm")
        {
            Tensor inputs = ConfigSpace.Tokens(Rows, 6, Vocab, 3), targets = ConfigSpace.Tokens(Rows, 6, Vocab, 8);
            ConfigSpace.CheckGradients(model, () => model.TrainingLoss(inputs, targets, ForwardContext.Inference).Total);
        }
    }

    private static CausalLanguageModel Build(string family, GoldenConfig config) => family switch
    {
        "delight" => new(DelightModels.LanguageModel(config, 6), new RandomSource(1)),
        "t2r" => new(T2RModels.Config(config, 6), new RandomSource(1)),
        "adaptive_span" => new(SpanModels.LanguageModel(config), new RandomSource(1)),
        _ => new MemoryLanguageModel(config, sparseValues: true).Model,
    };
}
