using ManagedTransformer.Recipes;

namespace ManagedTransformer.Tests.OnDevice;

/// <summary>A small recipe of every architecture: every mechanism, in sizes that a software device computes in seconds.</summary>
internal static class ArchitectureRecipes
{
    private const string LanguageModelTraining = """
        "tokenizer": { "type": "byte" },
        "training": {
          "steps": 20, "batch": 3, "context": 24, "sampling": "SAMPLING",
          "optimizer": OPTIMIZER,
          "schedule": { "type": "linear_warmup", "lr": RATE, "warmup": 4 },
          "evaluate_every": 1000, "evaluate_tokens": 200, "log_every": 1, "sample_tokens": 1
        }
        """;

    private const string TranslationTraining = """
        "tokenizer": { "type": "bpe", "vocab": 300, "joint": true },
        "training": {
          "steps": 20, "max_tokens": 256, "label_smoothing": 0.1,
          "optimizer": { "type": "adam", "betas": [0.9, 0.98] },
          "schedule": { "type": "linear_warmup", "lr": 2e-3, "warmup": 4 },
          "evaluate_every": 1000, "log_every": 1, "sample_sentences": 1
        }
        """;

    private const string Base = """
        "dim": 24, "layers": 2, "heads": 2, "ffn": 40, "positions": "learned", "max_positions": 64, "pre_norm": true,
        "activation": "gelu", "init": "gpt2"
        """;

    private const string Span = """
        "dim": 24, "layers": 2, "heads": 2, "span": { "limit": 40, "ramp": 6, "initial": 0.4, "penalty": 2e-3 },
        "positions": "relative", "pre_norm": false, "bias": false, "tie": false, "output_bias": true, "init": "fan_in",
        "attention_dropout": 0.1
        """;

    private static readonly Dictionary<string, string> _recipes = new()
    {
        ["softmax"] = Lm($"{Base}, \"dropout\": 0.1, \"tie\": true"),
        ["adaptive_span"] = Spans($"{Span}, \"ffn\": 40, \"attention\": \"adaptive_span\", \"ffn_bias\": true, \"activation\": \"relu\""),
        ["dynamic_span"] = Spans($"{Span}, \"ffn\": 40, \"attention\": \"dynamic_span\", \"ffn_bias\": true, \"activation\": \"relu\""),
        ["all_attention"] = Spans($"{Span}, \"ffn\": 0, \"attention\": \"adaptive_span\", \"persistent\": 10"),
        ["pkm"] = Lm($"{Base}, \"memory_positions\": [\"1\"], \"memory\": {{ \"heads\": 2, \"n_keys\": 8, \"key_dim\": 8, \"top_k\": 4 }}",
            """{ "type": "adam", "values": { "lr": 0.001 } }"""),
        ["t2r"] = Lm($"{Base}, \"attention\": \"linear\", \"linear\": {{ \"map\": \"learned\", \"feature_size\": 8 }}"),
        ["rfa"] =
            Lm($"{Base}, \"attention\": \"linear\", \"linear\": {{ \"map\": \"rfa_sincos\", \"feature_size\": 8, \"gate\": \"input\" }}"),
        ["lolcats"] = Lm("""
            "dim": 24, "layers": 2, "heads": 2, "ffn": 40, "gated_ffn": true, "activation": "silu", "norm": "rms", "bias": false,
            "positions": "none", "attention": "lolcats", "rotary": { "key_heads": 1 }, "softmax_layers": [1],
            "lolcats": { "map": "hedgehog", "feature_size": 5, "window": "terraced", "window_size": 4 }
            """),
        ["lora"] = Lm(
            $"{Base}, \"tie\": true, \"lora\": {{ \"rank\": 2, \"targets\": [\"query\", \"value\", \"fc1\"], \"dropout\": 0.1 }}"),
        ["delight"] = Lm("""
            "dim": 24, "layers": 2, "heads": 1, "ffn": 16, "activation": "silu", "pre_norm": true, "positions": "half",
            "max_positions": 64, "scale_embedding": true,
            "delight": { "min_depth": 4, "max_depth": 4, "width_mult": 1, "map_dim": 24, "shared_dropout": 0 }
            """),
        ["translation"] = Translation("\"decoder_layers\": 2, \"tie\": \"all\""),
        ["depth_adaptive"] = Translation("""
            "decoder_layers": 3, "tie": "none", "exits": { "classifiers": "separate", "halting": "geometric", "halting_shared": false,
            "oracle": "likelihood", "lambda": 0.02, "alpha": 0.3 }
            """),
    };

    /// <summary>The architectures.</summary>
    public static IEnumerable<string> Names => _recipes.Keys;

    /// <summary>A recipe.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="file">Where to write it on the way.</param>
    public static Recipe Load(string name, string file)
    {
        File.WriteAllText(file, _recipes[name]);
        return Recipe.Load(file);
    }

    private static string Lm(string model,
        string optimizer = """{ "type": "adamw", "betas": [0.9, 0.99], "weight_decay": 0.1, "clip_norm": 1 }""") =>
        LanguageModel(model, "random", optimizer, "2e-3");

    private static string Spans(string model) => LanguageModel(model, "stream", """{ "type": "adagrad", "clip_norm": 0.03 }""", "0.05");

    private static string LanguageModel(string model, string sampling, string optimizer, string rate)
    {
        string training = LanguageModelTraining.Replace("SAMPLING", sampling, StringComparison.Ordinal)
            .Replace("OPTIMIZER", optimizer, StringComparison.Ordinal).Replace("RATE", rate, StringComparison.Ordinal);
        return $"{{ \"architecture\": \"transformer_lm\", \"model\": {{ {model} }}, {training} }}";
    }

    private static string Translation(string model) =>
        $"{{ \"architecture\": \"transformer_seq2seq\", \"model\": {{ \"dim\": 24, \"heads\": 2, \"ffn\": 40, \"encoder_layers\": 1, "
        + $"\"pre_norm\": true, \"max_positions\": 64, \"dropout\": 0.1, {model} }}, {TranslationTraining} }}";
}
