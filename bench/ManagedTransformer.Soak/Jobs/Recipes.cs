using System.Globalization;

namespace ManagedTransformer.Soak.Jobs;

/// <summary>Small recipes and texts, with checkpoints so often that faults fall into them.</summary>
internal static class Recipes
{
    private const string Training =
        "\"batch\": 2, \"context\": 16, \"evaluate_every\": 25, \"log_every\": 5, \"evaluate_tokens\": 100, "
        + "\"optimizer\": { \"type\": \"adamw\" }";

    private const string Small =
        "\"model\": { \"dim\": 16, \"layers\": 1, \"heads\": 2, \"positions\": \"learned\", \"max_positions\": 16, \"dropout\": 0.1 }";

    /// <summary>A language model.</summary>
    public const string Plain = $$"""{ "architecture": "transformer_lm", {{Small}}, "training": { "steps": 3000, {{Training}} } }""";

    /// <summary>One whose weights are averaged in both ways.</summary>
    public const string Averaged = $$"""
        {
          "architecture": "transformer_lm", {{Small}},
          "training": { "steps": 2500, "ema": { "decay": 0.9 }, "keep_checkpoints": 3, {{Training}} }
        }
        """;

    /// <summary>One whose updates workers share.</summary>
    public const string Shared = $$"""
        { "architecture": "transformer_lm", {{Small}}, "training": { "steps": 1000, "accumulate": 2, {{Training}} } }
        """;

    /// <summary>One that can be made recurrent.</summary>
    public const string Llama = $$"""
        {
          "architecture": "transformer_lm",
          "model": {
            "dim": 16, "layers": 2, "heads": 2, "tie": true, "max_positions": 16, "attention": "rotary", "positions": "none",
            "rotary": { "key_heads": 1 }, "gated_ffn": true, "activation": "silu", "norm": "rms", "bias": false
          },
          "training": { "steps": 100, {{Training}} }
        }
        """;

    /// <summary>A language model that reads past its blocks.</summary>
    public const string Spans = """
        {
          "architecture": "transformer_lm",
          "model": {
            "dim": 16, "layers": 2, "heads": 2, "ffn": 0, "attention": "adaptive_span", "persistent": 4,
            "span": { "limit": 24, "ramp": 4, "initial": 0.25, "penalty": 1e-4 },
            "positions": "relative", "pre_norm": false, "bias": false, "init": "fan_in"
          },
          "training": {
            "steps": 1000, "batch": 2, "context": 16, "sampling": "stream", "evaluate_every": 25, "log_every": 5, "evaluate_tokens": 100,
            "optimizer": { "type": "adagrad", "clip_norm": 0.03 }
          }
        }
        """;

    /// <summary>A translation model.</summary>
    public const string Translation = """
        {
          "architecture": "transformer_seq2seq",
          "model": {
            "dim": 16, "heads": 2, "ffn": 32, "encoder_layers": 1, "decoder_layers": 1, "pre_norm": true, "max_positions": 12, "dropout": 0.1
          },
          "tokenizer": { "type": "word" },
          "training": {
            "steps": 1200, "max_tokens": 60, "evaluate_every": 25, "log_every": 5, "evaluate_bleu": 2,
            "optimizer": { "type": "adam" }, "schedule": { "type": "inverse_sqrt", "lr": 1e-2, "warmup": 10 }
          }
        }
        """;

    /// <summary>A text.</summary>
    public static string Text => string.Concat(Enumerable.Range(0, 150)
        .Select(i => string.Create(CultureInfo.InvariantCulture, $"the cat number {i * 7919 % 100} sat on the mat.\n")));

    /// <summary>Pairs of sentences.</summary>
    public static string Pairs => string.Concat(Enumerable.Repeat("für die straße\tfor the street\nein haus\ta house\n", 10));
}
