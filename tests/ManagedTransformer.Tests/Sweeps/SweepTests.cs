using ManagedTransformer.Recipes;
using ManagedTransformer.Sweeps;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Sweeps;

/// <summary>Runs of a grid, one after another.</summary>
public sealed class SweepTests : IDisposable
{
    private static readonly string[] _grid = ["training.schedule.lr=1e-3,1e-2", "model.layers=1,2"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RunsAreThoseOfTheirChangesAndTheBestHasTheLowestLoss()
    {
        Sweep sweep = Sweep.Prepare(Tiny(), Options(), _grid);
        Assert.True(sweep.Run(cancellation: TestContext.Current.CancellationToken));
        Assert.All(sweep.Runs, run => Assert.Equal((SweepStatus.Complete, 4L), (run.Status, run.Step)));
        Assert.Equal(sweep.Runs.Min(run => run.BestLoss), sweep.Best!.BestLoss);

        SweepEntry last = sweep.Runs[^1];
        TrainingRun.Prepare(Tiny(), Options() with { Output = _folder["alone"], Set = last.Set })
            .Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Weights(_folder["alone"]), Weights(Path.Combine(Options().Output, last.Name)));

        string[] table = File.ReadAllLines(Path.Combine(Options().Output, "summary.csv"));
        Assert.StartsWith("name,training.schedule.lr,model.layers,status,step,loss,best_loss", table[0], StringComparison.Ordinal);
        Assert.StartsWith("\"lr=1e-2,layers=2\",1e-2,2,complete,4,", table[4], StringComparison.Ordinal);
        Assert.Contains($"\"best\": \"{sweep.Best.Name}\"", File.ReadAllText(Path.Combine(Options().Output, "summary.json")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void AnInterruptedSweepGoesOnWithoutRepeatingWhatIsFinished()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        TrainingOptions whole = Options() with { Output = _folder["whole"] };
        Assert.True(Sweep.Prepare(Tiny(), whole, _grid).Run(cancellation: token));

        using CancellationTokenSource source = new();
        Sweep cut = Sweep.Prepare(Tiny(), Options(), _grid);
        Assert.False(cut.Run(
            progress =>
            {
                if (progress is { Number: 2, Training.Step: 1 })
                {
                    source.Cancel();
                }
            },
            source.Token));
        Assert.Equal(
            [SweepStatus.Complete, SweepStatus.Interrupted, SweepStatus.Pending, SweepStatus.Pending], cut.Runs.Select(run => run.Status));

        List<(string Name, long Step)> reports = [];
        Sweep resumed = Sweep.Prepare(Tiny(), Options(), _grid);
        Assert.True(resumed.Run(progress => reports.Add((progress.Entry.Name, progress.Training?.Step ?? 0)), token));
        Assert.DoesNotContain(reports, report => report.Name == cut.Runs[0].Name);
        Assert.DoesNotContain((cut.Runs[1].Name, 1L), reports);
        Assert.Equal((cut.Runs[0].BestLoss, cut.Runs[0].Seconds), (resumed.Runs[0].BestLoss, resumed.Runs[0].Seconds));
        foreach (SweepEntry run in resumed.Runs)
        {
            Assert.Equal(Weights(Path.Combine(whole.Output, run.Name)), Weights(Path.Combine(Options().Output, run.Name)));
        }

        // Further values keep the runs that there are.
        reports.Clear();
        Sweep more = Sweep.Prepare(Tiny(), Options(), ["training.schedule.lr=1e-3,1e-2,1e-1", "model.layers=1,2"]);
        Assert.True(more.Run(progress => reports.Add((progress.Entry.Name, 0)), token));
        Assert.Equal(["lr=1e-1,layers=1", "lr=1e-1,layers=2"], reports.Select(report => report.Name).Distinct());
    }

    [Fact]
    public void ARunThatFailsIsToldAndTheNextBegins()
    {
        Sweep sweep = Sweep.Prepare(Tiny(), Options(), ["training.schedule.lr=1e30,1e-3"]);
        Assert.True(sweep.Run(cancellation: TestContext.Current.CancellationToken));
        Assert.Equal([SweepStatus.Failed, SweepStatus.Complete], sweep.Runs.Select(run => run.Status));
        Assert.Contains("loss is", sweep.Runs[0].Error, StringComparison.Ordinal);
        Assert.Equal(sweep.Runs[1], sweep.Best);
    }

    [Theory]
    [InlineData("training.schedule.lr=1e-3,fast", "the value of 'training.schedule.lr' must be a number")]
    [InlineData("model.heads=1,3", "model.heads")]
    [InlineData("model.head=1,2", "no key 'model.head'")]
    public void ACombinationThatCannotBeIsRefusedBeforeAnythingIsTrained(string axis, string expected)
    {
        InputException e = Assert.Throws<InputException>(() => Sweep.Prepare(Tiny(), Options(), [axis]));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Equal("TrainingOptions.Set", e.Option);
        Assert.False(Directory.Exists(Options().Output));
    }

    [Fact]
    public void AModelThatTheMachineCannotHoldIsRefusedBeforeAnythingIsTrained()
    {
        string message = Assert.Throws<InputException>(() => Sweep.Prepare(Tiny(), Options(), ["model.dim=8,1048576"])).Message;
        Assert.StartsWith(
            "The recipe with TrainingOptions.Set model.dim=1048576: the model has ", message, StringComparison.Ordinal);
        Assert.Contains(" GiB of memory to train", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Options().Output));
    }

    [Fact]
    public void TheFolderOfAnotherRecipesSweepIsRefused()
    {
        Assert.True(Sweep.Prepare(Tiny(), Options(), ["model.layers=1"]).Run(cancellation: TestContext.Current.CancellationToken));
        string message = Assert.Throws<InputException>(
            () => Sweep.Prepare(Tiny().With("training.batch=3"), Options(), ["model.layers=1"])).Message;
        Assert.Contains("(training.batch was 2 and is 3)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASweepGoesOnWithItsOwnSeedAlone()
    {
        Assert.True(Sweep.Prepare(Tiny(), Options(), ["model.layers=1"]).Run(cancellation: TestContext.Current.CancellationToken));
        string before = File.ReadAllText(Path.Combine(Options().Output, "summary.csv"));
        string message = Assert.Throws<InputException>(
            () => Sweep.Prepare(Tiny(), Options() with { Seed = 5 }, ["model.layers=1"])).Message;
        Assert.Contains("set TrainingOptions.Seed to 1", message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(Options().Output, "summary.csv")));
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"seed":7,"best":"x"}""", null)]
    [InlineData("""{"runs":[null]}""", "'runs[0]' must not be null")]
    [InlineData("""{"runs":null}""", "must not be null")]
    [InlineData("""{"runs":[{"name":"a","set":[null]}]}""", "'runs[0].set[0]' must not be null")]
    public void ASummaryThatLacksSomethingIsReadOrRefused(string summary, string? expected)
    {
        TrainingOptions options = Options();
        Directory.CreateDirectory(options.Output);
        File.WriteAllText(Path.Combine(options.Output, "summary.json"), summary);
        if (expected is null)
        {
            Assert.Equal(4, Sweep.Prepare(Tiny(), options, _grid).Runs.Count);
            return;
        }

        string message = Assert.Throws<InputException>(() => Sweep.Prepare(Tiny(), options, _grid)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    private static Recipe Tiny() => Recipe.Builtin("stories").With(
        "training.batch=2", "training.context=16", "model.dim=8", "model.heads=1", "training.steps=4", "training.evaluate_every=2",
        "training.evaluate_tokens=200", "training.log_every=1", "training.sample_prompt=null");

    private static byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(run, "last", "model.safetensors"));

    private TrainingOptions Options()
    {
        if (!File.Exists(_folder["text.txt"]))
        {
            File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Range(0, 60).Select(i => $"the cat {i * 7 % 10} sat.\n")));
        }

        return new TrainingOptions { Output = _folder["sweep"], Data = _folder["text.txt"] };
    }
}
