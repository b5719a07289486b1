using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Runs of recipes that are made in code.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mt-run-");

    public TrainingRunTests() => File.WriteAllText(Text, string.Concat(Enumerable.Range(0, 60).Select(i => $"the cat number {i} sat.\n")));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ARecipeMadeInCodeTrains()
    {
        TrainingResult result = TrainingRun.Prepare(Tiny(), Options()).Run(cancellation: TestContext.Current.CancellationToken);
        Assert.True(result.IsComplete);
        Assert.Equal(result.Parameters, LanguageModel.Load(Options().Output).ParameterCount);
    }

    [Fact]
    public void ARecipeMadeInCodeIsCheckedAsAFileIs()
    {
        AssertRefused(Tiny() with { Architecture = "lm" }, "architecture", "'lm'");
        AssertRefused(Tiny() with { Training = Training() with { Steps = -1 } }, "training.steps", "-1");
        AssertRefused(Tiny() with { Training = Training() with { Steps = 0 } }, "training.steps");
        AssertRefused(Tiny() with { Training = Training() with { Batch = 0 } }, "training.batch");
        AssertRefused(Tiny() with { Training = Training() with { Context = -1 } }, "training.context");
        AssertRefused(Tiny() with { Model = Tiny().Model with { Dim = 7 } }, "dim");
        AssertRefused(Tiny() with { Model = Tiny().Model with { Dropout = 1.5f } }, "dropout");
    }

    [Fact]
    public void AModelThatTheMachineCannotHoldIsRefusedBeforeItTakesMemory()
    {
        LanguageModelConfig config = Tiny().Model with { Vocab = 1 << 28, Dim = 1 << 20 };
        AssertRefused(
            Tiny() with { Model = config }, $"The recipe: the model has {config.ParameterCount:N0} parameters, which need ",
            " GiB of memory", "and the machine has ");
        Assert.False(Directory.Exists(Options().Output));
    }

    [Fact]
    public void OptionsAreCheckedByTheirProperties()
    {
        AssertRefused(Tiny(), Options() with { Output = "" }, "TrainingOptions.Output");
        AssertRefused(Tiny(), Options() with { Data = "" }, "TrainingOptions.Data");
        AssertRefused(Tiny(), Options() with { Data = null }, "TrainingOptions.Data");
        AssertRefused(Tiny(), Options() with { Init = "" }, "TrainingOptions.Init");
        AssertRefused(Tiny(), Options() with { Steps = 0 }, "TrainingOptions.Steps");
        AssertRefused(Tiny(), Options() with { Validation = "a,b" }, "TrainingOptions.Validation");
        TrainingRun.Prepare(Tiny(), Options()).Run(cancellation: TestContext.Current.CancellationToken);
        AssertRefused(Tiny(), Options() with { Resume = true, Seed = 3 }, "TrainingOptions.Seed");
    }

    [Fact]
    public void TheFolderIsTheRunsUntilItsEnd()
    {
        TrainingRun first = TrainingRun.Prepare(Tiny(), Options());
        AssertRefused(Tiny(), Options(), "in use by", $"process {Environment.ProcessId}");
        first.Run(cancellation: TestContext.Current.CancellationToken);
        TrainingRun second = TrainingRun.Prepare(Tiny(), Options());
        Assert.EndsWith("previous-1", second.MovedEarlierRun, StringComparison.Ordinal);
        second.Run(cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void AProgressCallbackThatThrowsLosesNoUpdate()
    {
        TrainingRun run = TrainingRun.Prepare(Tiny(), Options());
        Assert.Throws<TimeoutException>(() => run.Run(_ => throw new TimeoutException(), TestContext.Current.CancellationToken));
        Assert.Equal(2, run.Step);
        Assert.Equal(2, TrainingRun.Prepare(Tiny(), Options() with { Resume = true }).Step);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void AnEvaluationThatIsInterruptedIsMadeUpFor(long step)
    {
        LanguageModelRecipe recipe = Tiny() with { Training = Training() with { LogEvery = 1, EvaluateEvery = 2 } };
        TrainingRun.Prepare(recipe, Options()).Run(cancellation: TestContext.Current.CancellationToken);
        string whole = Log(), best = Best();

        using CancellationTokenSource source = new();
        TrainingResult cut = TrainingRun.Prepare(recipe, Options()).Run(
            progress =>
            {
                if (progress.Step == step && progress.Validation is null)
                {
                    source.Cancel();
                }
            },
            source.Token);
        Assert.Equal((step, false), (cut.Step, cut.IsComplete));
        TrainingResult resumed = TrainingRun.Prepare(recipe, Options() with { Resume = true })
            .Run(cancellation: TestContext.Current.CancellationToken);
        Assert.True(resumed.IsComplete);
        Assert.Equal(whole, Log());
        Assert.Equal(best, Best());

        // Times and speeds differ from run to run.
        string Log() => string.Join('\n', File.ReadLines(Path.Combine(Options().Output, "log.jsonl"))
            .Select(line => Regex.Replace(line, "\"(seconds|tokens_per_s)\":[0-9.]+", "")));

        string Best() =>
            Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(Options().Output, "best", "model.safetensors"))));
    }

    [Fact]
    public void FewerUpdatesThanARunHasHadAreTold()
    {
        TrainingRun.Prepare(Tiny(), Options()).Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Contains("has had 4 updates", Assert.Single(TrainingRun.Prepare(Tiny(), Options() with { Resume = true, Steps = 2 }).Notes),
            StringComparison.Ordinal);
    }

    [Fact]
    public void ADescriptionThatNobodyCouldLoadIsRefused()
    {
        CausalLanguageModel network = new(Tiny().Model with { Vocab = 256 }, new RandomSource(1));
        InputException e = Assert.Throws<InputException>(
            () => new LanguageModel(network, new ByteTokenizer(), new ModelDescription { Architecture = "lm", Model = network.Config }));
        Assert.Contains("'lm'", e.Message, StringComparison.Ordinal);
    }

    private string Text => Path.Combine(_folder.FullName, "text.txt");

    private static TrainingRecipe Training() => new() { Steps = 4, Batch = 2, Context = 16, LogEvery = 2, EvaluateEvery = 4 };

    private static LanguageModelRecipe Tiny() => new()
    {
        Architecture = Recipe.TransformerLanguageModel,
        Model = new LanguageModelConfig { Dim = 8, Layers = 1, Heads = 2 },
        Training = Training(),
    };

    private TrainingOptions Options() => new() { Output = Path.Combine(_folder.FullName, "out"), Data = Text };

    private void AssertRefused(Recipe recipe, params string[] mentions) => AssertRefused(recipe, Options(), mentions);

    private static void AssertRefused(Recipe recipe, TrainingOptions options, params string[] mentions)
    {
        InputException e = Assert.Throws<InputException>(() => TrainingRun.Prepare(recipe, options));
        Assert.All(mentions, mention => Assert.Contains(mention, e.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("--", e.Message, StringComparison.Ordinal);
    }
}
