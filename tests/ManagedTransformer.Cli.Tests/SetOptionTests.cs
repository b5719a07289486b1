using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary><c>mt train --set</c></summary>
public sealed class SetOptionTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void ARunWithChangesIsThatOfTheChangedRecipe()
    {
        Assert.Equal(0, _work.Train("set", "--set", "training.schedule.lr=3e-3", "--set", "model.layers=2").ExitCode);
        _work.Write("recipe.json", Workspace.TinyRecipe
            .Replace("\"layers\": 1", "\"layers\": 2", StringComparison.Ordinal)
            .Replace("\"steps\": 20", "\"schedule\": { \"lr\": 3e-3 }, \"steps\": 20", StringComparison.Ordinal));
        Assert.Equal(0, _work.Train("file").ExitCode);
        Assert.Equal(_work.LastCheckpoint("file").Weights, _work.LastCheckpoint("set").Weights);

        // And so is that of the recipe that the run saved.
        Assert.Equal(0, Workspace.Run("train", _work["set/recipe.json"], "--out", _work["again"]).ExitCode);
        Assert.Equal(_work.LastCheckpoint("file").Weights, _work.LastCheckpoint("again").Weights);
    }

    [Fact]
    public void AResumedRunKeepsItsChangesAndRefusesOthers()
    {
        Assert.Equal(0, _work.Train("whole", "--set", "model.layers=2").ExitCode);
        Assert.Equal(0, _work.Train("cut", "--set", "model.layers=2", "--steps", "10").ExitCode);
        _work.Train("cut", "--resume", "--set", "model.layers=3")
            .AssertFails(CommandLine.Failed, "model.layers was 2 and is 3", "resumed with the same ones");
        Assert.Equal(0, _work.Train("cut", "--resume").ExitCode);
        Assert.Equal(_work.LastCheckpoint("whole").Weights, _work.LastCheckpoint("cut").Weights);
    }

    [Fact]
    public void APrecisionIsAChangeLikeAnyOther()
    {
        Assert.Equal(0, _work.Train("whole", "--precision", "bfloat16").ExitCode);
        Assert.Equal(0, _work.Train("set", "--set", "training.precision=bfloat16", "--steps", "10").ExitCode);
        Assert.Contains("\"precision\": \"bfloat16\"", File.ReadAllText(_work["whole/recipe.json"]), StringComparison.Ordinal);
        Assert.Equal(0, _work.Train("set", "--resume").ExitCode);
        Assert.Equal(_work.LastCheckpoint("whole").Weights, _work.LastCheckpoint("set").Weights);
        _work.Train("set", "--resume", "--precision", "tf32")
            .AssertFails(CommandLine.Failed, "training.precision was \"bfloat16\" and is \"tf32\"");
    }

    [Theory]
    [InlineData("train")]
    [InlineData("sweep")]
    public void TwoPrecisionsAreRefused(string command) => Workspace.Run(
            command, _work["recipe.json"], "--data", _work["text.txt"], "--out", _work["out"], "--set", "training.precision=tf32",
            "--precision", "bfloat16")
        .AssertFails(CommandLine.WrongUsage, "--precision is bfloat16 and --set gives 'training.precision' too");

    [Theory]
    [InlineData("--precision", "bfloat16")]
    [InlineData("--steps", "3")]
    public void AnOptionBesideAWholeThatHasItIsRefused(string option, string value)
    {
        foreach (string command in (string[])["train", "sweep"])
        {
            Workspace.Run(
                    command, _work["recipe.json"], "--data", _work["text.txt"], "--out", _work["out"], option, value,
                    "--set", """training={"steps":5,"batch":2,"context":16}""")
                .AssertFails(CommandLine.WrongUsage, $"{option} is {value} and --set gives 'training' as a whole: leave one out");
        }

        Assert.False(Directory.Exists(_work["out"]));
    }

    [Fact]
    public void Float32IsThePrecisionOfARecipeThatStatesNone()
    {
        Assert.Equal(0, _work.Train("whole").ExitCode);
        Assert.Equal(0, _work.Train("cut", "--precision", "float32", "--steps", "10").ExitCode);
        Assert.Equal(0, _work.Train("cut", "--resume", "--precision", "float32").ExitCode);
        Assert.Equal(_work.LastCheckpoint("whole").Weights, _work.LastCheckpoint("cut").Weights);
        Assert.Equal(0, _work.Train("whole", "--resume", "--precision", "float32").ExitCode);
        _work.Train("whole", "--resume", "--precision", "tf32")
            .AssertFails(CommandLine.Failed, "training.precision was \"float32\" and is \"tf32\"");
    }

    [Theory]
    [InlineData("--precision", "TF32")]
    [InlineData("--set", "training.precision=TF32")]
    public void PrecisionsAreNamedInOneWay(params string[] options) =>
        _work.Train("out", options).AssertFails(CommandLine.WrongUsage, options[0], "'TF32'", "float32, tf32");

    [Theory]
    [InlineData("twice, as 3 and as 5: leave one out", "--set", "training.steps=3", "--set", "training.steps=5")]
    [InlineData("--steps is 3 and --set gives 'training.steps' too", "--set", "training.steps=3", "--steps", "3")]
    public void AKeyIsGivenOnce(string expected, params string[] options)
    {
        _work.Train("out", options).AssertFails(CommandLine.WrongUsage, "--set", "training.steps", expected);
        Workspace.Run(["sweep", _work["recipe.json"], "--data", _work["text.txt"], "--out", _work["out"], .. options])
            .AssertFails(CommandLine.WrongUsage, "--set", "training.steps");
        Assert.False(Directory.Exists(_work["out"]));
    }

    [Theory]
    [InlineData("--data", "data.source")]
    [InlineData("--valid", "data.validation_source")]
    public void FilesAreGivenOnce(string option, string key)
    {
        foreach (string command in (string[])["train", "sweep"])
        {
            Workspace.Run(command, "translation-toy", option, _work["text.txt"], "--out", _work["out"], "--set", $"{key}=other")
                .AssertFails(CommandLine.WrongUsage, $"{option} is {_work["text.txt"]} and --set gives '{key}' too: leave one out");
        }

        Assert.False(Directory.Exists(_work["out"]));
    }

    [Theory]
    [InlineData("model.dropout=0.5", "'model.dropout', which counts for nothing beside --init", "model.lora")]
    [InlineData("model={}", "'model', which counts for nothing beside --init")]
    [InlineData("tokenizer.type=byte", "'tokenizer.type', which counts for nothing beside --init")]
    public void AModelToStartFromBringsItsOwn(string change, params string[] expected)
    {
        foreach (string command in (string[])["train", "sweep"])
        {
            Workspace.Run(
                    command, _work["recipe.json"], "--data", _work["text.txt"], "--out", _work["out"], "--init", _work["start"],
                    "--set", change)
                .AssertFails(CommandLine.WrongUsage, ["--set gives", .. expected]);
        }

        Assert.False(Directory.Exists(_work["out"]));
    }

    [Theory]
    [InlineData("training.trainable=feature_maps", "training.trainable is 'feature_maps', and the model has no such parameters to train")]
    [InlineData("training.batch=100000000", "training.batch times training.context makes batches of 1,600,000,000 tokens", "GiB of memory")]
    public void WhatCannotBeTrainedIsRefusedBeforeAnythingIsWritten(string change, params string[] expected)
    {
        foreach (string command in (string[])["train", "sweep"])
        {
            Workspace.Run(
                    command, _work["recipe.json"], "--data", _work["text.txt"], "--out", _work["out"], "--set", change,
                    "--set", "model.dim=1024")
                .AssertFails(CommandLine.Failed, expected);
        }

        Assert.False(Directory.Exists(_work["out"]));
    }

    [Fact]
    public void ARunWithoutACheckpointBeginsAgainAsItBegan()
    {
        Assert.Equal(0, _work.Train("out", "--set", "model.layers=2").ExitCode);
        byte[] weights = _work.LastCheckpoint("out").Weights;
        Directory.Delete(_work["out/last"], recursive: true);
        _work.Train("out", "--resume").AssertFails(CommandLine.Failed, "has no checkpoint to go on from", "model.layers was 2 and is 1");
        ToolResult again = _work.Train("out", "--resume", "--set", "model.layers=2");
        Assert.Contains("the run begins again", again.Output + again.Error, StringComparison.Ordinal);
        Assert.Equal(weights, _work.LastCheckpoint("out").Weights);
        Assert.True(File.Exists(_work["out/previous-1/log.jsonl"]));
    }

    [Theory]
    [InlineData("training.step=3", "no key 'training.step' (did you mean 'training.steps'?)")]
    [InlineData("training.steps=three", "the value of 'training.steps' must be a number")]
    [InlineData("training.steps=0", "training.steps is 0, it must be positive")]
    [InlineData("training.steps", "needs KEY=VALUE")]
    [InlineData("training.optimizer.betas[00]=0.7", "elements are numbered from 0, so there is no '00' in it")]
    public void WhatIsWrongIsWrongUsage(string change, string expected)
    {
        _work.Train("out", "--set", change).AssertFails(CommandLine.WrongUsage, "--set", expected);
        Assert.False(Directory.Exists(_work["out"]));
    }
}
