using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Lolcats.Transfer;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>The loss that makes linearised layers copy their softmax: what it is zero of, what it trains, what it does not see.</summary>
public sealed class AttentionTransferTests
{
    private const int Vocab = 17, Rows = 2, Length = 12;

    [Fact]
    public void AWindowThatHoldsAllHasNothingToLearn()
    {
        TransferResult result = AttentionTransfer.Loss(Create(Length), Tokens(), options: new() { XentFactor = 1, MeasuresXent = true });
        Assert.All(result.Layers, layer => Assert.InRange(layer.RelativeError(), 0, 1e-9));
        Assert.All(result.Layers, layer => Assert.True(layer.Xent!.Item() > 0));
    }

    [Fact]
    public void LearningMakesTheErrorSmallAndLeavesTheTeacher()
    {
        CausalLanguageModel model = Create(2);
        Tensor tokens = Tokens(), teacher = AttentionTransfer.Loss(model, tokens).Hidden;
        double[] errors = new double[2];
        for (int step = 0; step < 60; step++)
        {
            model.ClearGradients();
            TransferResult result = AttentionTransfer.Loss(model, tokens);
            errors[step == 0 ? 0 : 1] = result.Layers.Sum(layer => layer.RelativeError());
            result.Loss.Backward();
            foreach (NamedParameter named in model.Parameters())
            {
                bool isTrained = named.Name.Contains("feature_", StringComparison.Ordinal)
                    || named.Name.EndsWith("window_factor", StringComparison.Ordinal);
                Assert.Equal(isTrained, named.Parameter.Gradient is not null);
                if (named.Parameter.Gradient is { } gradient)
                {
                    float norm = MathF.Sqrt((gradient * gradient).Sum().Item());
                    named.Parameter.Assign(named.Parameter.Detach() - (gradient * (0.05f / (1e-3f + norm))));
                }
            }
        }

        Assert.True(errors[1] < 0.5 * errors[0], $"{errors[0]}, {errors[1]}");
        ConfigSpace.Near(teacher, AttentionTransfer.Loss(model, tokens).Hidden, 0);
    }

    [Fact]
    public void PaddingCountsForNothing()
    {
        // Behind the text, where no position of the text sees it.
        const int padded = 5;
        CausalLanguageModel model = Create(2, padding: 1);
        Tensor tokens = Tokens();
        int[] ids = tokens.ToInt32Array();
        int[] longer = [.. ids.Chunk(Length).SelectMany(row => row.Concat(Enumerable.Repeat(1, padded)))];
        TransferOptions options = new() { XentFactor = 2 };
        Tensor behind = Tensor.From(longer, new Shape(Rows, Length + padded));
        TransferResult alone = AttentionTransfer.Loss(model, tokens, options: options),
            all = AttentionTransfer.Loss(model, behind, options: options with { XentFactor = 0 });
        for (int layer = 0; layer < 2; layer++)
        {
            Assert.Equal(alone.Layers[layer].Mse.Item(), all.Layers[layer].Mse.Item(), 1e-6f);
            Assert.Equal(alone.Layers[layer].MeanSquare.Item(), all.Layers[layer].MeanSquare.Item(), 1e-5f);
        }

        Assert.Null(all.Layers[0].Xent);
        Assert.True(float.IsFinite(alone.Loss.Item()));
    }

    [Fact]
    public void AModelWithoutLinearisedLayersIsRefused()
    {
        LanguageModelConfig config = Create(2).Config with { Attention = AttentionKind.Rotary, Lolcats = null };
        Assert.Contains(
            "linearised layers",
            Assert.Throws<ArgumentException>(() => AttentionTransfer.Loss(new(config, new RandomSource(1)), Tokens())).Message,
            StringComparison.Ordinal);
    }

    private static Tensor Tokens() => ConfigSpace.Tokens(Rows, Length, Vocab, 5);

    private static CausalLanguageModel Create(int window, int? padding = null) => new(
        new LanguageModelConfig
        {
            Vocab = Vocab,
            Dim = 12,
            Layers = 2,
            Heads = 4,
            Attention = AttentionKind.Lolcats,
            Rotary = new() { KeyHeads = 2, HeadDim = 6 },
            Lolcats = new() { FeatureSize = 6, Window = LolcatsWindow.Terraced, WindowSize = window },
            Positions = PositionKind.None,
            GatedFfn = true,
            Ffn = 20,
            Activation = Activation.Silu,
            Norm = NormKind.Rms,
            Bias = false,
            PaddingIdx = padding,
            Init = InitializationScheme.FanIn,
        },
        new RandomSource(3));
}
