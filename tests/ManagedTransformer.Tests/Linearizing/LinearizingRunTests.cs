using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Conversion;
using ManagedTransformer.Linearizing;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Linearizing;

/// <summary>Conversion, attention transfer, low-rank updates and comparison in one folder, interrupted or not.</summary>
public sealed class LinearizingRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LinearizingRunTests()
    {
        RotaryModel.Save(_folder["model"]);
        RotaryModel.WriteText(_folder["text.txt"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MakesAModelOfItsOwnAndComparesIt()
    {
        LinearizingResult result = Run("out");
        double original = result.OriginalLoss!.Value;
        Assert.InRange(result.TransferredLoss!.Value, 0.9 * original, 1.1 * original);
        Assert.InRange(result.Loss!.Value, 0.9 * original, 1.1 * original);
        Assert.NotEqual(result.Loss, result.TransferredLoss);
        Assert.Equal([0, 2], result.Layers!.Select(layer => layer.Layer));
        Assert.All(result.Layers!, layer => Assert.InRange(layer.RelativeError, 0, 1));

        // Two maps of 2 x 4 and a window factor per head; ranks of query, key, value and out in all layers.
        Assert.Equal(2 * 4 * ((2 * 2 * 4) + 1), result.TransferParameters);
        Assert.Equal(3 * 2 * ((16 + 16) + (16 + 8) + (16 + 8) + (16 + 16)), result.LoraParameters);
        Assert.Equal([8, 64], result.Generation.Select(measured => measured.Length));
        Assert.True(result.OriginalGeneration[1].StateBytes > result.OriginalGeneration[0].StateBytes);

        LanguageModel loaded = LanguageModel.Load(_folder["out"]);
        Assert.Null(loaded.Lora);
        Assert.Equal(Values(result.Model), Values(loaded));
        Assert.True(File.Exists(_folder["out/best/metrics.json"]));
        Assert.Contains("relative_error", File.ReadAllText(_folder["out/transfer/log.jsonl"]), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out/lora/last/model.safetensors"]));
        Assert.False(Directory.Exists(_folder["out/start"]));
    }

    [Fact]
    public void AnInterruptedRunEndsWithTheSameModel()
    {
        Dictionary<string, float[]> whole = Values(Run("whole").Model);
        foreach (int stopAt in (int[])[3, 10])
        {
            string folder = $"parts{stopAt}";
            using CancellationTokenSource stop = new();
            LinearizingRun run = LinearizingRun.Prepare(Options(folder));
            TrainingResult transfer = run.PrepareTransfer().Run(progress => StopAt(progress.Step, 3, stopAt == 3), stop.Token);
            Assert.Equal(stopAt != 3, transfer.IsComplete);
            if (transfer.IsComplete)
            {
                Assert.False(run.PrepareLora().Run(progress => StopAt(progress.Step, 2, true), stop.Token).IsComplete);
            }

            LinearizingOptions other = Options(folder) with { Resume = true, Linearization = new() { WindowSize = 5 } };
            InputException e = Assert.Throws<InputException>(() => LinearizingRun.Prepare(other));
            Assert.Contains("another map", e.Message, StringComparison.Ordinal);
            RotaryModel.Save(_folder["other"], network => network.Parameters()[^1].Parameter.Assign(Tensor.Full(new Shape(16), 2)));
            e = Assert.Throws<InputException>(
                () => LinearizingRun.Prepare(Options(folder) with { Resume = true, Source = _folder["other"] }));
            Assert.Contains("another model", e.Message, StringComparison.Ordinal);
            Assert.Equal(whole, Values(Run(folder, resume: true).Model));

            void StopAt(long step, long at, bool applies)
            {
                if (applies && step == at)
                {
                    stop.Cancel();
                }
            }
        }
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedAndLeavesNothing()
    {
        Require("'nothing'", Options("x") with { Source = "nothing" });
        Require("needs training.stage", Options("x") with { Transfer = (LanguageModelRecipe)Recipe.Builtin("linearize-lora") });
        Require("needs model.lora", Options("x") with { Lora = (LanguageModelRecipe)Recipe.Builtin("linearize-transfer") });
        Require("not all", Options("x") with { Linearization = new() { KeepSoftmax = LayerChoice.EveryFromTop(1) } });
        Assert.False(Directory.Exists(_folder["x"]));
        Require("model.lora.rank is 1000", Options("x") with { Rank = 1000 });
        Require("reach over all of the 16 tokens", Options("x") with { Linearization = new() { WindowSize = 8 } });
        LanguageModel integers = LanguageModel.Load(_folder["model"]);
        integers.Network.RoundWeights(DType.Int8);
        integers.Save(_folder["integers"]);
        Require("holds Int8 weights, which cannot be linearised", Options("x") with { Source = _folder["integers"] });
        Assert.Throws<InputException>(() => LinearizingRun.Prepare(Options("x") with { Data = _folder["none.txt"] }).PrepareTransfer());
        Assert.False(Directory.Exists(_folder["x"]));
        LinearizingRun.Prepare(Options("twice"));
        Require("twice", Options("twice"));

        static void Require(string words, LinearizingOptions options) =>
            Assert.Contains(words, Assert.Throws<InputException>(() => LinearizingRun.Prepare(options)).Message, StringComparison.Ordinal);
    }

    private LinearizingResult Run(string output, bool resume = false)
    {
        LinearizingRun run = LinearizingRun.Prepare(Options(output) with { Resume = resume });
        Assert.True(run.PrepareTransfer().Run(cancellation: TestContext.Current.CancellationToken).IsComplete);
        Assert.True(run.PrepareLora().Run(cancellation: TestContext.Current.CancellationToken).IsComplete);
        return run.Finish(TestContext.Current.CancellationToken);
    }

    private LinearizingOptions Options(string output) => new()
    {
        Source = _folder["model"],
        Data = _folder["text.txt"],
        Output = _folder[output],
        Linearization = new() { Window = LolcatsWindow.Standard, WindowSize = 4, KeepSoftmax = LayerChoice.These(1) },
        Transfer = Reporting("linearize-transfer"),
        Lora = Reporting("linearize-lora"),
        TransferSteps = 6,
        LoraSteps = 4,
        Context = 16,
        Batch = 2,
        Rank = 2,
        Lengths = output == "out" ? [8, 64] : [],
    };

    private static LanguageModelRecipe Reporting(string name)
    {
        LanguageModelRecipe recipe = (LanguageModelRecipe)Recipe.Builtin(name);
        return recipe with { Training = recipe.Training with { LogEvery = 1 } };
    }

    private static Dictionary<string, float[]> Values(LanguageModel model) =>
        model.Network.Parameters().ToDictionary(named => named.Name, named => named.Parameter.ToArray());
}
