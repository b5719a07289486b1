using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

/// <summary>Encoder-decoder models of golden cases, and their training.</summary>
internal static class SequenceModels
{
    public static EncoderDecoderConfig Config(GoldenConfig config) => new()
    {
        SrcVocab = config.Int("src_vocab"),
        Vocab = config.Int("vocab"),
        Dim = config.Int("dim"),
        DecoderDim = config.Int("decoder_dim", 0),
        Heads = config.Int("heads"),
        Ffn = config.Int("ffn"),
        EncoderLayers = config.Int("encoder_layers"),
        DecoderLayers = config.Int("decoder_layers"),
        Activation = config.Activation(),
        PreNorm = config.Bool("pre_norm", false),
        FinalNorm = config.Has("final_norm") ? config.Bool("pre_norm", false) && config.Bool("final_norm", true) : null,
        Tie = config.Text("tie") switch
        {
            "none" => EmbeddingTie.None,
            "decoder" => EmbeddingTie.Decoder,
            "all" => EmbeddingTie.All,
            string other => throw new InvalidDataException($"unknown tie '{other}'"),
        },
        Positions = config.Positions(),
        MaxPositions = config.Int("max_positions", 64),
        ScaleEmbedding = config.Bool("scale_embedding", true),
        PaddingIdx = config.Padding()!.Value,
    };

    /// <summary>The model of a case, with its parameters.</summary>
    public static EncoderDecoderModel Build(GoldenCheck check, EncoderDecoderConfig? config = null)
    {
        EncoderDecoderModel model = new(config ?? Config(check.Case.Config), new RandomSource(1));
        check.Load(model);
        return model;
    }

    /// <summary>Sums of smoothed losses.</summary>
    public static CrossEntropyOptions Sums(GoldenConfig config) =>
        new() { Sum = true, Smoothing = config.Float("epsilon", 0), Mode = config.Smoothing() };

    /// <summary>Updates with Adam; compares losses, gradient norms, rates and the parameters at the end.</summary>
    /// <param name="check">The case, with <c>optimizer</c> and <c>steps</c> in its config.</param>
    /// <param name="model">The model.</param>
    /// <param name="loss">The loss per target token of a step.</param>
    public static void Train(GoldenCheck check, EncoderDecoderModel model, Func<int, Tensor> loss)
    {
        GoldenConfig optimizer = check.Case.Config.Object("optimizer");
        double[] betas = optimizer.Doubles("betas");
        Adam adam = new(
            [new ParameterGroup(model.Parameters())],
            new AdamOptions
            {
                Beta1 = (float)betas[0],
                Beta2 = (float)betas[1],
                Epsilon = optimizer.Float("eps", 1e-8),
                WeightDecay = optimizer.Float("weight_decay", 0),
            });
        LearningRateSchedule schedule = LearningRateSystem.Schedule(optimizer.Object("lr"));
        List<double> losses = [], norms = [], rates = [];
        for (int step = 0; step < check.Case.Config.Int("steps"); step++)
        {
            model.ClearGradients();
            Tensor value = loss(step);
            value.Backward();
            losses.Add(value.Item());
            norms.Add(GradientClipping.GlobalNorm(model.Parameters()));
            rates.Add(schedule.Rate(adam.Updates));
            adam.Step((float)rates[^1], GradientClipping.Scale(norms[^1], optimizer.Float("clip_norm", 0)));
        }

        check.Compare("out/loss", losses);
        check.Compare("out/grad_norm", norms);
        check.Compare("out/lr", rates);
        foreach (NamedParameter named in model.Parameters())
        {
            check.Compare("out/final." + named.Name, named.Parameter);
        }
    }
}
