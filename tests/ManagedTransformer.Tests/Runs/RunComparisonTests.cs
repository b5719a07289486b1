using ManagedTransformer.Runs;
using Xunit;

namespace ManagedTransformer.Tests.Runs;

/// <summary>Names of runs, their results, and in what they differ.</summary>
public sealed class RunComparisonTests
{
    [Theory]
    [InlineData("out/a out/b", "a b")]
    [InlineData("out/1/a out/2/a other/b", "1/a 2/a b")]
    [InlineData("x/1/a y/1/a", "x/1/a y/1/a")]
    [InlineData("out/\u001b[31m", "\\u001b[31m")]
    public void NamesAreAsShortAsTheyMayBe(string folders, string names) =>
        Assert.Equal(names.Split(' '), RunNames.Of(folders.Split(' ')));

    [Fact]
    public void ARunThatIsNamedTwiceIsRefused()
    {
        InputException e = Assert.Throws<InputException>(() => RunNames.Of(["out/a", "out/../out/a/"]));
        Assert.Contains("twice", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ResultsAreThoseOfTheBestEvaluationAndTheMedianSpeed()
    {
        RunResults results = RunResults.Of(
            new RunLog(
                [new(1, 1, 3, null, null, null, 10), new(2, 2, 3, null, null, null, 30), new(3, 3, 3, null, null, null, 1000)],
                [new(1, 1, 2.5, 4, 5, null, true), new(2, 2.5, 2, 3, 9, null, true), new(3, 3.5, 2.25, 3.5, 8, null, false)], false),
            100, 5, 7);
        Assert.Equal(new RunResults(3, 5, 2, 2, 3, 9, 100, 30, 3.5), results);
        Assert.Equal(Math.Exp(2), results.BestPerplexity);
    }

    [Fact]
    public void TheBestLossIsOfAllOfTheTextWhereThereIsOne()
    {
        RunEvaluation part = new(1, 1, 1.5, 2, null, null, true) { IsPart = true };
        RunLog log = new([new(1, 1, 3, null, null, null, 10)], [part, part with { Step = 2, Loss = 1.25, BitsPerCharacter = 1 }], false);
        Assert.Equal((1.25, 2, 1), (Best(log).BestLoss, Best(log).BestStep, Best(log).BestBitsPerCharacter));
        RunEvaluation whole = part with { Step = 3, Loss = 1.75, BitsPerCharacter = 3, IsPart = false };
        log = log with { Evaluations = [.. log.Evaluations, whole] };
        Assert.Equal((1.75, 3, 3), (Best(log).BestLoss, Best(log).BestStep, Best(log).BestBitsPerCharacter));

        static RunResults Best(RunLog log) => RunResults.Of(log, null, null, null);
    }

    [Fact]
    public void DifferencesAreFoundAndAnOldRunDoesNotCount()
    {
        RunRecord first = Run(hasRecipe: true, "model.dim=16", "training.lr=1", "training.batch=4");
        RunRecord second = Run(hasRecipe: true, "model.dim=16", "model.span.limit=8", "training.lr=2", "training.batch=4");
        RunRecord old = Run(hasRecipe: false, "model.dim=16");
        RunComparison comparison = RunComparison.Of([first, second, old]);
        string[] keys = ["model.dim", "model.span.limit", "training.lr", "training.batch"];
        Assert.Equal(keys, comparison.Settings.Select(setting => setting.Key));
        Assert.Equal(["model.span.limit", "training.lr"], comparison.Differences.Select(setting => setting.Key));
        Assert.Equal([null, "8", null], comparison.Settings[1].Values);
    }

    private static RunRecord Run(bool hasRecipe, params string[] configuration)
    {
        RunLog log = new([new(1, 1, 3, null, null, null, 10)], [], false);
        return new RunRecord
        {
            Folder = "out/a",
            Name = "a",
            Log = log,
            HasRecipe = hasRecipe,
            Results = RunResults.Of(log, null, null, null),
            Configuration = [.. configuration.Select(pair => KeyValuePair.Create(pair.Split('=')[0], pair.Split('=')[1]))],
        };
    }
}
