using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using ManagedTransformer.Tests.Golden.Baseline;
using ManagedTransformer.Tests.Golden.DeLighT;
using ManagedTransformer.Tests.Golden.DepthAdaptive;
using ManagedTransformer.Tests.Golden.TransformerToRnn;
using ManagedTransformer.Tests.Modules;
using Xunit;

namespace ManagedTransformer.Tests.Golden;

/// <summary>
/// Encoder-decoder models of all families with every key's other values, held against themselves like
/// <see cref="LanguageModelSpaceTests"/>.
/// </summary>
public sealed class TranslationSpaceTests
{
    private const int Vocab = 19, Rows = 2;

    private const string Sizes = """
        {"src_vocab": 19, "vocab": 19, "dim": 12, "heads": 2, "ffn": 14, "encoder_layers": 1, "decoder_layers": 2, "activation": "relu",
         "pre_norm": false, "tie": "none",
         "positions": "half", "max_positions": 16, "scale_embedding": true, "padding_idx": 1, "epsilon": 0.1, "mode": "spread_all"
        """;

    private static readonly string[] _sizes =
    [
        """{"pre_norm": true}""", """{"pre_norm": true, "final_norm": false}""", """{"pre_norm": false, "final_norm": true}""",
        """{"decoder_dim": 8}""", """{"heads": 1}""", """{"heads": 12}""", """{"encoder_layers": 2}""", """{"decoder_layers": 1}""",
        """{"decoder_layers": 3}""", """{"activation": "gelu"}""", """{"activation": "gelu_tanh"}""", """{"positions": "interleaved"}""",
        """{"positions": "learned"}""", """{"positions": "none"}""", """{"scale_embedding": false}""", """{"padding_idx": 0}""",
        """{"epsilon": 0}""", """{"mode": "spread_others"}""",
    ];

    private static readonly string[] _baseline = [.. ConfigSpace.Variants(Sizes + "}",
        [.. _sizes, """{"tie": "all"}""", """{"tie": "decoder"}""", """{"tie": "all", "pre_norm": true}"""])];

    private static readonly string[] _t2r =
    [
        .. ConfigSpace.Variants(
            Sizes + """
            , "convert": [true, true], "convert_cross": [true, true], "feature_size": 5, "cross_feature_size": 7, "query_scale": true,
              "reparam": false, "denominator": "clamp", "eps": 0.01}
            """,
            [
                .. _sizes.Where(change => !change.Contains("decoder_layers", StringComparison.Ordinal)), """{"convert": [true, false]}""",
                """{"convert": [false, false]}""", """{"convert_cross": [false, true]}""", """{"convert_cross": [false, false]}""",
                """{"convert": [false, false], "convert_cross": [false, false]}""",
                """{"convert": [true], "convert_cross": [false], "decoder_layers": 1}""", """{"reparam": true}""",
                """{"query_scale": false}""", """{"denominator": "add"}""", """{"denominator": "abs_clamp"}""", """{"tie": "all"}""",
                """{"tie": "decoder"}""",
            ]),
    ];

    private static readonly string[] _delight =
    [
        .. ConfigSpace.Variants(
            """
            {"vocab": 19, "d_model": 16, "blocks": 2, "act": "swish", "pre_norm": false, "final_norm": false, "pad": 1, "positions": true,
             "scale": true, "map_dim": 8, "min_depth": 4, "max_depth": 5,
             "width_mult": 2, "max_groups": 4, "emb_depth": 4, "emb_width_mult": 2, "emb_max_groups": 4, "ffn_reduction": 4,
             "share_embed": true, "label_smoothing": 0.1}
            """,
            """{"act": "gelu"}""", """{"pre_norm": true}""", """{"pre_norm": true, "final_norm": true}""", """{"final_norm": true}""",
            """{"positions": false}""", """{"scale": false}""", """{"map_dim": 16}""",
            """{"map_dim": 16, "scale": false, "pre_norm": true}""", """{"blocks": 1, "max_depth": 4}""", """{"mode": "define"}""",
            """{"shuffle": false}""", """{"mixer": false}""", """{"max_groups": 1}""", """{"share_embed": false}""",
            """{"share_embed": false, "pre_norm": true, "final_norm": true}""", """{"label_smoothing": 0}""", """{"ffn_reduction": 2}"""),
    ];

    private static readonly string[] _exits =
    [
        .. ConfigSpace.Variants(
            Sizes + """
            , "exits": "separate", "halting": "none", "omega": null, "gamma": null, "alpha": 0, "oracle": "correctness", "sigma": 0,
              "lambda": 0.1}
            """,
            [
                .. _sizes, """{"exits": "shared"}""", """{"exits": "tied", "tie": "all"}""",
                """{"exits": "tied", "tie": "decoder", "decoder_dim": 8}""", """{"omega": [1, 2]}""", """{"gamma": [1.5, 1]}""",
                """{"halting": "geometric", "alpha": 0.3}""", """{"halting": "geometric", "halting_shared": false, "alpha": 0.3}""",
                """{"halting": "geometric", "halting_shared": false, "alpha": 0.3, "decoder_layers": 3}""",
                """{"halting": "geometric", "decoder_layers": 1, "alpha": 0.3}""",
                """{"halting": "geometric", "decoder_layers": 1, "halting_shared": false, "alpha": 0.3}""",
                """{"halting": "geometric", "thresholds": [0.4], "oracle": "likelihood", "alpha": 1}""",
                """{"halting": "multinomial", "alpha": 0.3}""", """{"halting": "multinomial", "decoder_layers": 1, "alpha": 0.3}""",
                """{"halting": "sequence", "alpha": 0.3}""", """{"halting": "sequence", "decoder_layers": 1, "alpha": 0.3}""",
                """{"halting": "sequence", "oracle": "likelihood", "decoder_dim": 8, "alpha": 0.3}""",
                """{"halting": "geometric", "alpha": 0.3, "sigma": 2}""", """{"halting": "confidence"}""",
                """{"halting": "confidence", "decoder_layers": 1}""", """{"halting": "confidence", "thresholds": [0.06]}""",
                """{"halting": "fixed", "fixed_exit": 1}""", """{"halting": "fixed", "fixed_exit": 2}""",
                """{"halting": "geometric", "pre_norm": true, "alpha": 0.3}""",
            ]),
    ];

    public static IEnumerable<TheoryDataRow<string, string>> Settings() =>
    [
        .. _baseline.Select(json => new TheoryDataRow<string, string>("baseline", json)),
        .. _t2r.Select(json => new TheoryDataRow<string, string>("t2r", json)),
        .. _delight.Select(json => new TheoryDataRow<string, string>("delight", json)),
        .. _exits.Select(json => new TheoryDataRow<string, string>("depth_adaptive", json)),
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public void EveryKeyHasAllItsValues(string family, string json)
    {
        GoldenConfig config = ConfigSpace.Parse(json);
        EncoderDecoderConfig sizes = Build(family, config);
        EncoderDecoderModel model = new(sizes, new RandomSource(1));
        Assert.Equal(model.Parameters().Sum(named => named.Parameter.Count), EncoderDecoderFormula.Parameters(model.Config));
        Tensor source = ConfigSpace.Tokens(Rows, 5, Vocab, 2);
        ShapeComparison.Check(model, () => new EncoderDecoderModel(model.Config, new RandomSource(0)),
            shapes => shapes.Forward(source, source, ForwardContext.Inference));
        foreach (int length in new[] { 1, 6 })
        {
            Tensor previous = ConfigSpace.Tokens(Rows, length, Vocab, 3);
            using NoGradientScope _ = new();
            EncoderOutput memory = model.Encode(source, ForwardContext.Inference);
            DecodingState state = model.CreateState(memory);
            Tensor? whole = sizes.Exits is null ? model.Forward(memory, previous, ForwardContext.Inference) : null;
            for (int t = 0; t < length; t++)
            {
                Tensor step = model.Step(previous.Slice(1, t, 1), state);
                if (whole is not null)
                {
                    ConfigSpace.Near(whole.Slice(1, t, 1).Reshape(new Shape(Rows, Vocab)), step, 2e-5);
                }
                else
                {
                    Assert.All(state.Exits.ToArray(), exit => Assert.InRange(exit, 1, sizes.DecoderLayers));
                }
            }
        }

        Tensor inputs = ConfigSpace.Tokens(Rows, 6, Vocab, 3), targets = ConfigSpace.Tokens(Rows, 6, Vocab, 8);
        CrossEntropyOptions options = new()
        {
            Smoothing = config.Float("epsilon", 0.1),
            Mode = family == "delight" ? LabelSmoothing.SpreadAll : config.Smoothing(),
        };

        // Scaled gradients are not those of the loss, and an oracle's choice is no smooth function.
        if (sizes.Exits is null or { Gamma: null, Alpha: 0 })
        {
            ConfigSpace.CheckGradients(model, () => model.TrainingLoss(source, inputs, targets, ForwardContext.Inference, options).Total);
        }
        else
        {
            Tensor loss = model.TrainingLoss(source, inputs, targets, ForwardContext.Inference, options).Total;
            loss.Backward();
            Assert.All(model.Parameters(),
                named => Assert.All(named.Parameter.Gradient?.ToArray() ?? [], value => Assert.True(float.IsFinite(value), named.Name)));
        }
    }

    [Fact]
    public void TheOnlyClassifierOfItsKindHasANumberToo()
    {
        GoldenConfig config = ConfigSpace.Parse(Sizes + """
            , "exits": "separate", "halting": "geometric", "halting_shared": false}
            """);
        string[] names = [.. new EncoderDecoderModel(Build("depth_adaptive", config), new RandomSource(1)).Parameters()
            .Select(named => named.Name).Where(name => name.Contains("halting", StringComparison.Ordinal))];
        Assert.Equal(["halting.0.weight", "halting.0.bias"], names);
    }

    private static EncoderDecoderConfig Build(string family, GoldenConfig config) => family switch
    {
        "baseline" => SequenceModels.Config(config),
        "t2r" => T2RModels.Translation(config),
        "delight" => DelightModels.Translation(config, 16),
        _ => DepthModels.Config(config),
    };
}
