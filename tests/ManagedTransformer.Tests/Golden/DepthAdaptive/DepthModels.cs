using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden.Baseline;

namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

/// <summary>Models with exits of golden cases.</summary>
internal static class DepthModels
{
    public static EncoderDecoderModel Build(GoldenCheck check) => SequenceModels.Build(check, Config(check.Case.Config));

    public static EncoderDecoderConfig Config(GoldenConfig config)
    {
        DepthConfig exits = new()
        {
            Classifiers = config.Text("exits") switch
            {
                "separate" => ExitClassifiers.Separate,
                "shared" => ExitClassifiers.Shared,
                "tied" => ExitClassifiers.Tied,
                string other => throw new InvalidDataException($"unknown exits '{other}'"),
            },
            Omega = Floats(config, "omega"),
            Gamma = Floats(config, "gamma"),
            Halting = Halting(config.Text("halting", "none")),
            HaltingShared = config.Bool("halting_shared", true),
            FixedExit = config.Int("fixed_exit", 0),
            Thresholds = Floats(config, "thresholds"),
            Oracle = Oracle(config.Text("oracle", "likelihood")),
            Sigma = config.Float("sigma", 0),
            Lambda = config.Float("lambda", 0),
            Alpha = config.Float("alpha", 0),
        };
        return SequenceModels.Config(config) with { Exits = exits };
    }

    public static HaltingKind Halting(string kind) => kind switch
    {
        "none" => HaltingKind.None,
        "sequence" => HaltingKind.Sequence,
        "multinomial" => HaltingKind.Multinomial,
        "geometric" => HaltingKind.Geometric,
        "confidence" => HaltingKind.Confidence,
        "fixed" => HaltingKind.Fixed,
        string other => throw new InvalidDataException($"unknown halting '{other}'"),
    };

    public static ExitOracleKind Oracle(string kind) => kind switch
    {
        "likelihood" => ExitOracleKind.Likelihood,
        "correctness" => ExitOracleKind.Correctness,
        string other => throw new InvalidDataException($"unknown oracle '{other}'"),
    };

    public static CrossEntropyOptions Sums(GoldenConfig config) => SequenceModels.Sums(config) with { IgnoredTarget = config.Padding() };

    /// <summary>Tensors of one shape side by side along a new first axis.</summary>
    public static Tensor Stack(IEnumerable<Tensor> tensors) =>
        TensorOperators.Concat(0, [.. tensors.Select(x => x.Reshape(x.Shape.Insert(0, 1)))]);

    private static IReadOnlyList<float>? Floats(GoldenConfig config, string key) =>
        config.Has(key) ? [.. config.Doubles(key).Select(value => (float)value)] : null;
}
