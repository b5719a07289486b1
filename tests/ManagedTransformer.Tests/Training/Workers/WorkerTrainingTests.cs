using ManagedTransformer.Recipes;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training.Workers;

/// <summary>Runs on several workers end with the bits of one process.</summary>
public sealed class WorkerTrainingTests : IDisposable
{
    private const string Dropout = "model.dropout=0.1";
    private const string Places = "model.memory_positions=[\"1\"]";
    private const string Memory = "model.memory={\"heads\":2,\"n_keys\":8,\"key_dim\":8,\"top_k\":4,\"batch_norm\":true}";
    private const string Exits = "model.exits={\"halting\":\"confidence\",\"paths\":2}";

    private readonly TemporaryFolder _folder = new();

    public WorkerTrainingTests() => File.WriteAllText(
        _folder["text.txt"], string.Concat(Enumerable.Range(0, 60).Select(i => $"the cat {i * 7 % 10} sat.\n")));

    public static TheoryData<string, int> Runs => new(
        from kind in (string[])["language", "averages", "sgd", "memory", "adagrad", "adapters", "translation", "exits"]
        from workers in (int[])[2, 3]
        select (kind, workers));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Runs))]
    public void WorkersEndWithTheBitsOfOneProcess(string kind, int workers)
    {
        Recipe recipe = Kind(kind);
        TrainingResult one = Train(recipe, "one");
        TrainingResult several = Train(recipe, "several", workers, options => options with { ShardOptimizer = workers == 3 });
        Assert.Equal(one.Validation, several.Validation);
        AssertSame("one", "several");
    }

    [Fact]
    public void ARunGoesOnWithAnotherNumberOfWorkers()
    {
        Recipe recipe = Kind("memory").With("training.schedule.type=constant");
        Train(recipe, "whole");
        Train(recipe, "parts", 3, options => options with { Steps = 2 });
        Train(recipe, "parts", 2, options => options with { Steps = 4, Resume = true, ShardOptimizer = true });
        Train(recipe, "parts", 6, options => options with { Steps = 5, Resume = true });
        Assert.Equal(6, Train(recipe, "parts", 1, options => options with { Resume = true }).Step);
        AssertSame("whole", "parts");
    }

    [Fact]
    public void TheNumberOfWorkersDividesTheNumberOfBatches()
    {
        InputException failure = Assert.Throws<InputException>(() => Train(Kind("language"), "out", 4));
        Assert.Contains("training.accumulate is 6 and there are 4 workers", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public void AWorkerThatFailsAloneEndsAllOfThemAndTheRunGoesOn()
    {
        Recipe recipe = Kind("language");
        Train(recipe, "whole");
        int exchanges = 0;
        Assert.Contains("cut", Assert.Throws<TimeoutException>(() => ThreadWorkers.Run(2, group =>
        {
            group.BeforeExchange = () =>
            {
                // Each worker does three batches of an update, of one bucket each: in the fourth update.
                if (group.Rank == 1 && ++exchanges == 10)
                {
                    throw new TimeoutException("The cable was cut.");
                }
            };
            TrainingRun.Prepare(recipe, Options("out") with { Workers = group }).Run(cancellation: TestContext.Current.CancellationToken);
        })).Message, StringComparison.Ordinal);
        Assert.Equal("Worker 1 of 2: The cable was cut.", ThreadWorkers.LastMessage);
        TrainingRun resumed = TrainingRun.Prepare(recipe, Options("out") with { Resume = true });
        Assert.Equal(2, resumed.Step);
        resumed.Run(cancellation: TestContext.Current.CancellationToken);
        AssertSame("whole", "out");
    }

    [Fact]
    public void WhatFailsOnOneWorkerIsToldByTheFirst()
    {
        InputException failure = Assert.Throws<InputException>(() => ThreadWorkers.Run(3, group => TrainingRun.Prepare(
            Kind("language"),
            Options("out") with { Workers = group, Data = _folder[group.Rank == 2 ? "nowhere.txt" : "text.txt"] })));
        Assert.StartsWith("Worker 2 of 3: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere.txt", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyWorkerStopsAllOfThem()
    {
        Recipe recipe = Kind("language");
        Train(recipe, "whole");
        using CancellationTokenSource source = new();
        TrainingResult?[] results = new TrainingResult?[2];
        int exchanges = 0;
        ThreadWorkers.Run(2, group =>
        {
            group.BeforeExchange = () =>
            {
                if (group.Rank == 1 && ++exchanges == 10)
                {
                    source.Cancel();
                }
            };
            results[group.Rank] = TrainingRun.Prepare(recipe, Options("out") with { Workers = group })
                .Run(cancellation: group.Rank == 1 ? source.Token : CancellationToken.None);
        });
        Assert.All(results, result => Assert.Equal((false, true), (result!.IsComplete, result.Step is 4 or 5)));
        Assert.True(Train(recipe, "out", change: options => options with { Resume = true }).IsComplete);
        AssertSame("whole", "out");
    }

    private static Recipe Kind(string name) => name switch
    {
        "language" => Language(Dropout),
        "averages" => Language(Dropout, "training.ema.decay=0.8", "training.early_stopping.patience=1", "training.keep_checkpoints=2"),
        "sgd" => Language("training.optimizer={\"type\":\"sgd\",\"momentum\":0.9,\"clip_norm\":0.1}"),
        "memory" => Language(Dropout, Places, Memory, "training.optimizer.values={\"lr\":0.01,\"clip_norm\":1}"),
        "adagrad" => Language(Places, Memory, "training.optimizer={\"type\":\"adagrad\",\"clip_norm\":0.03}"),
        "adapters" => Language("model.lora={\"rank\":2,\"dropout\":0.1}"),
        "translation" => Translation(Dropout),
        "exits" => Translation(Dropout, Exits),
        _ => throw new ArgumentException(name),
    };

    private static Recipe Language(params string[] changes) => Recipe.Builtin("stories").With(
    [
        "training.batch=2", "training.context=16", "model.dim=8", "model.heads=1", "model.layers=2", "training.steps=6",
        "training.accumulate=6", "training.evaluate_every=2", "training.log_every=1", "training.sample_prompt=null",
        "training.schedule.warmup=0", "training.evaluate_tokens=64", .. changes,
    ]);

    private static Recipe Translation(params string[] changes) => Recipe.Builtin("translation-toy").With(
    [
        "model.dim=8", "model.heads=1", "model.ffn=16", "training.steps=6", "training.accumulate=6", "training.max_tokens=256",
        "training.evaluate_every=3", "training.log_every=2", .. changes,
    ]);

    private TrainingResult Train(Recipe recipe, string output, int workers = 1, Func<TrainingOptions, TrainingOptions>? change = null)
    {
        TrainingOptions options = Options(output) with { Data = recipe is LanguageModelRecipe ? _folder["text.txt"] : null };
        options = change is null ? options : change(options);
        if (workers == 1)
        {
            return TrainingRun.Prepare(recipe, options).Run(cancellation: TestContext.Current.CancellationToken);
        }

        TrainingResult?[] results = new TrainingResult?[workers];
        ThreadWorkers.Run(workers, group => results[group.Rank] =
            TrainingRun.Prepare(recipe, options with { Workers = group }).Run(cancellation: TestContext.Current.CancellationToken));
        Assert.All(results, result => Assert.Equal((results[0]!.Step, results[0]!.IsComplete), (result!.Step, result.IsComplete)));
        return results[0]!;
    }

    private TrainingOptions Options(string output) => new() { Output = _folder[output], Data = _folder["text.txt"] };

    private string[] Files(string run) => [.. Directory.EnumerateFiles(_folder[run], "*.safetensors", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(_folder[run], file)).Order(StringComparer.Ordinal)];

    private void AssertSame(string expected, string actual)
    {
        string[] files = Files(expected);
        Assert.NotEmpty(files);
        Assert.Equal(files, Files(actual));
        Assert.All(files, file => Assert.True(
            File.ReadAllBytes(Path.Combine(_folder[expected], file)).AsSpan()
                .SequenceEqual(File.ReadAllBytes(Path.Combine(_folder[actual], file))),
            file));
    }
}
