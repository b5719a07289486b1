using ManagedTransformer.Evaluation;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Runs that average their weights, and runs that end early.</summary>
public sealed class AveragedTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public AveragedTrainingTests() => File.WriteAllText(
        _folder["text.txt"], string.Concat(Enumerable.Range(0, 60).Select(i => $"the cat {i * 7 % 10} sat.\n")));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void AResumedRunHasTheSameAverages(long step)
    {
        Recipe recipe = Tiny("training.ema.decay=0.8", "training.keep_checkpoints=2");
        Train(recipe, "whole");
        using CancellationTokenSource source = new();
        TrainingRun.Prepare(recipe, Options("cut")).Run(
            progress =>
            {
                if (progress.Step == step && progress.Validation is null)
                {
                    source.Cancel();
                }
            },
            source.Token);
        Assert.True(Train(recipe, "cut", resume: true).IsComplete);
        foreach (string file in (string[])["last/model", "last/averages", "last/optimizer", "best/model", "average/model"])
        {
            Assert.Equal(Bytes("whole", file), Bytes("cut", file));
        }
    }

    [Fact]
    public void AveragesAreEvaluatedAndKeptAndTrainingDoesNotSeeThem()
    {
        TrainingResult plain = Train(Tiny(), "plain"), averaged = Train(Tiny("training.ema.decay=0.8"), "averaged");
        Assert.Equal(Bytes("plain", "last/model"), Bytes("averaged", "last/model"));
        Assert.Equal(Bytes("plain", "last/optimizer"), Bytes("averaged", "last/optimizer"));
        Assert.NotEqual(plain.Validation!.Loss, averaged.Validation!.Loss);

        // What is kept scores what was told, and is no longer the model that is trained.
        Assert.NotEqual(Bytes("averaged", "last/model"), Bytes("averaged", "best/model"));
        Assert.NotEqual(Bytes("plain", "best/model"), Bytes("averaged", "best/model"));
        Assert.Equal(averaged.BestLoss, averaged.Validation.Loss);
        Assert.Equal(
            averaged.BestLoss!.Value,
            ModelEvaluation.Run(
                LanguageModel.Load(_folder["averaged/best"]), cancellation: TestContext.Current.CancellationToken).Loss,
            1e-6);
    }

    [Fact]
    public void ADecayOfZeroAveragesNothing()
    {
        Train(Tiny(), "plain");
        Train(Tiny("training.ema.decay=0"), "zero");
        Assert.Equal(Bytes("plain", "best/model"), Bytes("zero", "best/model"));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 6)]
    [InlineData(9, 12)]
    public void ARunStopsAfterSoManyEvaluationsWithoutABetterOne(int patience, long expected)
    {
        // At a rate of 0 only the first evaluation, of update 2, is better than those before.
        TrainingResult result = Train(Tiny("training.schedule.lr=0", $"training.early_stopping.patience={patience}"), "out");
        Assert.Equal((expected, true, expected < 12), (result.Step, result.IsComplete, result.StoppedEarly));
    }

    [Fact]
    public void AnImprovementThatIsTooSmallDoesNotCount()
    {
        Assert.False(Train(Tiny("training.early_stopping.patience=1"), "falling").StoppedEarly);
        TrainingResult result = Train(Tiny("training.early_stopping={\"patience\":1,\"min_delta\":100}"), "delta");
        Assert.Equal((4L, true), (result.Step, result.StoppedEarly));
        Assert.Equal(result.Validation!.Loss, result.BestLoss);
    }

    [Fact]
    public void AStoppedRunStaysStoppedUntilItHasMorePatience()
    {
        Recipe recipe = Tiny("training.schedule.lr=0", "training.early_stopping.patience=2");
        TrainingResult first = Train(recipe, "out");
        TrainingResult again = Train(recipe, "out", resume: true);
        Assert.Equal((6L, true, 6L, true), (first.Step, first.StoppedEarly, again.Step, again.StoppedEarly));
        Assert.Equal(first.Validation, again.Validation);
        Assert.Equal(8, Train(recipe.With("training.early_stopping.patience=3"), "out", resume: true).Step);
    }

    [Fact]
    public void AnInterruptedRunCountsTheEvaluationsThatItHadBefore()
    {
        Recipe recipe = Tiny("training.schedule.lr=0", "training.early_stopping.patience=2");
        using CancellationTokenSource source = new();
        TrainingRun.Prepare(recipe, Options("out")).Run(
            progress =>
            {
                if (progress.Step == 5)
                {
                    source.Cancel();
                }
            },
            source.Token);
        TrainingResult resumed = Train(recipe, "out", resume: true);
        Assert.Equal((6L, true), (resumed.Step, resumed.StoppedEarly));
    }

    [Theory]
    [InlineData("training.ema.decay=1", "training.ema.decay is 1")]
    [InlineData("training.ema={}", "'training.ema.decay' is missing")]
    [InlineData("training.early_stopping.patience=0", "patience (0) must be positive")]
    [InlineData("training.early_stopping={\"patience\":1,\"min_delta\":-1}", "min_delta (-1) must not be negative")]
    public void ValuesOutOfTheirRangeAreRefused(string change, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Tiny(change)).Message, StringComparison.Ordinal);

    [Fact]
    public void EarlyStoppingNeedsAValidationPart() => Assert.Contains(
        "training.early_stopping needs a validation part",
        Assert.Throws<InputException>(
            () => TrainingRun.Prepare(Tiny("training.early_stopping.patience=1", "data.validation_fraction=0"), Options("out"))).Message,
        StringComparison.Ordinal);

    private static Recipe Tiny(params string[] changes) => Recipe.Builtin("stories").With(
    [
        "training.batch=2", "training.context=16", "model.dim=8", "model.heads=1", "model.layers=1", "training.steps=12",
        "training.evaluate_every=2", "training.log_every=1", "training.sample_prompt=null", "training.schedule.warmup=0",
        "training.evaluate_tokens=0", "training.optimizer.weight_decay=0", "training.schedule.type=constant", .. changes,
    ]);

    private TrainingResult Train(Recipe recipe, string output, bool resume = false) =>
        TrainingRun.Prepare(recipe, Options(output) with { Resume = resume }).Run(cancellation: TestContext.Current.CancellationToken);

    private TrainingOptions Options(string output) => new() { Output = _folder[output], Data = _folder["text.txt"] };

    private byte[] Bytes(string run, string file) => File.ReadAllBytes(Path.Combine(_folder[run], file + ".safetensors"));
}
