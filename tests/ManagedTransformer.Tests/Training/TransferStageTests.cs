using ManagedTransformer.Architectures.Lolcats.Transfer;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Conversion;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tests.Golden;
using ManagedTransformer.Tests.Linearizing;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Runs in which linearised layers learn to copy their softmax.</summary>
public sealed class TransferStageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TransferStageTests()
    {
        RotaryModel.Save(_folder["model"]);
        RotaryModel.WriteText(_folder["text.txt"]);
        ModelConversion.Run(_folder["model"], _folder["start"], new() { Target = ConversionTarget.Lolcats, WindowSize = 3 });
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void LayerByLayerGivesTheWholeLossesGradient(float xent)
    {
        CausalLanguageModel model = LanguageModel.Load(_folder["start"]).Network;
        Tensor tokens = ConfigSpace.Tokens(2, 11, 256, 1);
        TransferOptions options = new() { XentFactor = xent };
        TrainableParameters.FeatureMaps.Choose(model.Parameters());
        TransferResult whole = AttentionTransfer.Loss(model, tokens, options: options);
        (whole.Loss * 3).Backward();
        Dictionary<string, float[]> gradients = Gradients(model);
        model.ClearGradients();
        Tensor loss = AttentionTransfer.Learn(model, tokens, 3, options);
        Assert.Equal(whole.Loss.Item(), loss.Item(), 1e-5f * whole.Loss.Item());
        Assert.Equal(9, gradients.Count);
        Assert.All(Gradients(model), gradient =>
        {
            float[] expected = gradients[gradient.Key];
            float most = expected.Max(MathF.Abs);
            Assert.All(gradient.Value.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5f * most));
        });
    }

    [Fact]
    public void OnlyMapsAndWindowsChangeAndCopyTheSoftmaxBetter()
    {
        TrainingRun run = TrainingRun.Prepare(Transfer(20), Options("out"));
        Dictionary<string, float[]> before = Values((LanguageModel)run.Model);
        List<ValidationResult> found = [];
        run.Run(
            report =>
            {
                if (report.Validation is { } validation)
                {
                    found.Add(validation);
                }
            }, TestContext.Current.CancellationToken);
        Assert.Equal([10L, 20], found.Select((_, i) => 10L * (i + 1)));
        Assert.True(found[1].TransferLoss < found[0].TransferLoss);
        Assert.Equal([0, 1, 2], found[1].TransferErrors!.Select(layer => layer.Layer));
        Dictionary<string, float[]> after = Values((LanguageModel)run.Model);
        Assert.All(after, value => Assert.Equal(
            value.Key.Contains("feature_", StringComparison.Ordinal) || value.Key.EndsWith("window_factor", StringComparison.Ordinal),
            !value.Value.SequenceEqual(before[value.Key])));
        string metrics = File.ReadAllText(_folder["out/last/metrics.json"]);
        Assert.Contains("\"transfer\"", metrics, StringComparison.Ordinal);
        Assert.Contains("\"transfer_loss\"", File.ReadAllText(_folder["out/log.jsonl"]), StringComparison.Ordinal);
    }

    [Fact]
    public void ResumesBitForBit()
    {
        TrainingRun.Prepare(Transfer(6), Options("whole")).Run(cancellation: TestContext.Current.CancellationToken);
        using CancellationTokenSource stop = new();
        TrainingRun.Prepare(Transfer(6), Options("parts")).Run(progress =>
        {
            if (progress.Step == 3)
            {
                stop.Cancel();
            }
        }, stop.Token);
        TrainingRun.Prepare(Transfer(6), Options("parts") with { Resume = true }).Run(cancellation: TestContext.Current.CancellationToken);
        byte[][] weights = [.. ((string[])["whole", "parts"]).Select(run => File.ReadAllBytes(_folder[$"{run}/last/model.safetensors"]))];
        Assert.Equal(weights[0], weights[1]);
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        LanguageModelRecipe recipe = Transfer(1);
        Require("model.attention 'lolcats'", recipe, Options("x") with { Init = _folder["model"] });
        Require("training.context is 2, and windows", With(training => training with { Context = 2 }));
        Require("no effect", With(training => training with { LabelSmoothing = 0.1f }));
        Require("no effect", With(training => training with { Trainable = TrainableParameters.AttentionOnly }));
        Require("needs training.stage", With(training => training with { Stage = TrainingStage.Language, Transfer = new() }));
        Require("needs model.lora", With(training => training with { Stage = TrainingStage.Lora }));
        Require("mse_factor is -1", With(training => training with { Transfer = new() { MseFactor = -1 } }));
        Require("both 0", With(training => training with { Transfer = new() { MseFactor = 0 } }));
        Require("stage behind it", recipe with { Model = recipe.Model with { Lora = new() } });

        LanguageModelRecipe With(Func<TrainingRecipe, TrainingRecipe> change) => recipe with { Training = change(recipe.Training) };

        void Require(string words, LanguageModelRecipe bad, TrainingOptions? options = null)
        {
            string message = Assert.Throws<InputException>(() => TrainingRun.Prepare(bad, options ?? Options("x"))).Message;
            Assert.Contains(words, message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(_folder["x"]));
        }
    }

    private static LanguageModelRecipe Transfer(long steps)
    {
        LanguageModelRecipe recipe = (LanguageModelRecipe)Recipe.Builtin("linearize-transfer");
        return recipe with
        {
            Training = recipe.Training with { Steps = steps, Batch = 2, Context = 16, EvaluateEvery = 10, LogEvery = 1 },
        };
    }

    private TrainingOptions Options(string output) =>
        new() { Output = _folder[output], Data = _folder["text.txt"], Init = _folder["start"] };

    private static Dictionary<string, float[]> Gradients(CausalLanguageModel model) => model.Parameters()
        .Where(named => named.Parameter.Gradient is not null)
        .ToDictionary(named => named.Name, named => named.Parameter.Gradient!.ToArray());

    private static Dictionary<string, float[]> Values(LanguageModel model) =>
        model.Network.Parameters().ToDictionary(named => named.Name, named => named.Parameter.ToArray());
}
