using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
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

    /// <summary>The states after every layer, in one pass.</summary>
    public static IReadOnlyList<Tensor> States(EncoderDecoderModel model, EncoderOutput memory, Tensor previous) => ExitStates.Of(
        model.Decoder.Stack, Embed(model, previous), model.Decoder.Block(previous, memory, ForwardContext.Inference),
        ForwardContext.Inference);

    /// <summary>The same with copies where tokens have left.</summary>
    public static IReadOnlyList<Tensor> MixedStates(EncoderDecoderModel model, EncoderOutput memory, Tensor previous, int[] exits) =>
        MixedTraining.States(model.Decoder.Stack, Embed(model, previous),
            model.Decoder.Block(previous, memory, ForwardContext.Inference), exits, ForwardContext.Inference);

    /// <summary>Scores of a layer's exit, layers counted from 0.</summary>
    public static Tensor Scores(EncoderDecoderModel model, int layer, Tensor state)
    {
        IDecoderModel decoder = model.Decoder;
        return decoder.Scores(layer, decoder.Head(ExitStates.Normed(decoder.Stack, state), ForwardContext.Inference));
    }

    /// <summary>The parts of the loss of aligned training.</summary>
    public static DepthLoss Aligned(
        EncoderDecoderModel model, Tensor source, Tensor previous, Tensor target, CrossEntropyOptions options, bool withExits)
    {
        EncoderOutput memory = model.Encode(source, ForwardContext.Inference);
        return AlignedTraining.Compute(model.Config.Exits!, withExits ? ((ExitDepth)model.Depth).Halting : null, model.Decoder,
            Embed(model, previous), model.Decoder.Block(previous, memory, ForwardContext.Inference), target, options,
            ForwardContext.Inference);
    }

    /// <summary>The loss of mixed training under given exits.</summary>
    public static DepthLoss Mixed(EncoderDecoderModel model, EncoderOutput memory, Tensor previous, Tensor target,
        IReadOnlyList<int[]> paths, CrossEntropyOptions options) =>
        MixedTraining.Compute(paths, model.Decoder, () => Embed(model, previous),
            model.Decoder.Block(previous, memory, ForwardContext.Inference), target, options, ForwardContext.Inference);

    /// <summary>Tensors of one shape side by side along a new first axis.</summary>
    public static Tensor Stack(IEnumerable<Tensor> tensors) =>
        TensorOperators.Concat(0, [.. tensors.Select(x => x.Reshape(x.Shape.Insert(0, 1)))]);

    private static Tensor Embed(EncoderDecoderModel model, Tensor previous) =>
        model.Decoder.Embedding.Forward(previous, ForwardContext.Inference);

    private static IReadOnlyList<float>? Floats(GoldenConfig config, string key) =>
        config.Has(key) ? [.. config.Doubles(key).Select(value => (float)value)] : null;
}
