using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tests.Checkpoints.HuggingFace;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Runs that start from a model instead of random weights.</summary>
public sealed class InitializedTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public InitializedTrainingTests()
    {
        File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Repeat(Gpt2Sample.Text + "\n", 40)));
        new Gpt2Sample().Write(_folder["gpt2"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TakesModelAndTokenizerFromTheFolderAndTheRestFromTheRecipe()
    {
        LanguageModel start = LanguageModel.Load(_folder["gpt2"]);
        TrainingRun run = Prepare("out", steps: 4);
        Assert.Equal(0, run.Step);
        LanguageModel model = Assert.IsType<LanguageModel>(run.Model);
        Assert.Equal(start.Network.Config, model.Network.Config);
        Assert.Equal(Weights(start), Weights(run.Model));
        Assert.Equal(start.Tokenizer.Encode(Gpt2Sample.Text), model.Tokenizer.Encode(Gpt2Sample.Text));
        Assert.Equal(8, model.Description.Context);
        run.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.NotEqual(Weights(start), Weights(run.Model));
        Assert.Equal(Weights(run.Model), Weights(LanguageModel.Load(_folder["out/last"])));

        // A model of our own, from the output folder of a run.
        TrainingRun second = TrainingRun.Prepare(Recipe(2), Options("second") with { Init = _folder["out"] });
        Assert.Equal(0, second.Step);
        Assert.Equal(Weights(LanguageModel.Load(_folder["out"])), Weights(second.Model));

        // Even from the run that the new one moves aside.
        TrainingRun third = TrainingRun.Prepare(Recipe(2), Options("out") with { Init = _folder["out"] });
        Assert.NotNull(third.MovedEarlierRun);
        Assert.Equal(Weights(second.Model), Weights(third.Model));
    }

    [Fact]
    public void ResumingGoesOnFromTheCheckpointAndNeedsTheFolderNoMore()
    {
        TrainingRun whole = Prepare("whole", steps: 6);
        whole.Run(cancellation: TestContext.Current.CancellationToken);

        using CancellationTokenSource stop = new();
        Prepare("parts", steps: 6).Run(progress =>
        {
            if (progress.Step == 3)
            {
                stop.Cancel();
            }
        }, stop.Token);
        Directory.Delete(_folder["gpt2"], recursive: true);
        TrainingRun resumed = TrainingRun.Prepare(Recipe(6), Options("parts") with { Init = _folder["gpt2"], Resume = true });
        Assert.Equal(3, resumed.Step);
        resumed.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Weights(whole.Model), Weights(resumed.Model));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Require("nowhere", Recipe(1), Options("out") with { Init = _folder["nowhere"] });
        LanguageModelRecipe wide = Recipe(1) with
        {
            Training = new TrainingRecipe { Steps = 1, Batch = 1, Context = Gpt2Sample.Positions + 1 },
        };
        Require("training.context (17) is longer than model.max_positions (16)", wide, Options("out"));
        Assert.False(Directory.Exists(_folder["out"]));

        static void Require(string expected, Recipe recipe, TrainingOptions options) =>
            Assert.Contains(expected, Assert.Throws<InputException>(() => TrainingRun.Prepare(recipe, options)).Message,
                StringComparison.Ordinal);
    }

    private TrainingRun Prepare(string output, int steps) => TrainingRun.Prepare(Recipe(steps), Options(output));

    private TrainingOptions Options(string output) =>
        new() { Output = _folder[output], Data = _folder["text.txt"], Init = _folder["gpt2"] };

    // Its own model is another one, which does not count.
    private static LanguageModelRecipe Recipe(int steps) => new()
    {
        Architecture = ManagedTransformer.Recipes.Recipe.TransformerLanguageModel,
        Model = new LanguageModelConfig { Dim = 8, Layers = 1, Heads = 1, Positions = PositionKind.None },
        Training = new TrainingRecipe { Steps = steps, Batch = 2, Context = 8, EvaluateEvery = 3, LogEvery = 1 },
    };

    private static float[] Weights(TrainedModel model) =>
        [.. ((LanguageModel)model).Network.Parameters().SelectMany(named => named.Parameter.ToArray())];
}
