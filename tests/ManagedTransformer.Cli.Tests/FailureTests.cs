using System.Text.Json;
using ManagedTransformer.Cli.Options;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>
/// What every failure gives: a sentence, an exit code, and JSON for who asked for JSON; nothing that was asked for is ignored.
/// </summary>
public sealed class FailureTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(CommandLine.Failed, "nowhere", "eval", "nowhere", "--json")]
    [InlineData(CommandLine.WrongUsage, "MODEL_DIR", "eval", "--json")]
    [InlineData(CommandLine.WrongUsage, "--steps", "train", "stories", "--steps", "0", "--json")]
    [InlineData(CommandLine.Failed, "nowhere", "translate", "nowhere", "--json")]
    public void JsonTellsTheErrorToo(int exitCode, string mention, params string[] arguments)
    {
        ToolResult result = Workspace.Run(arguments);
        Assert.Equal(exitCode, result.ExitCode);
        string line = Assert.Single(ToolResult.Lines(result.Output));
        string error = JsonDocument.Parse(line).RootElement.GetProperty("error").GetString()!;
        Assert.Contains(mention, error, StringComparison.Ordinal);
        Assert.Equal(error, Assert.Single(ToolResult.Lines(result.Error)));
    }

    [Fact]
    public void AFolderThatTheKernelDoesNotMakeIsToldSo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Others have no /proc.");
        _work.Train("/proc/x").AssertFails(CommandLine.Failed, "'/proc/x' cannot be written: nothing can be made at that place.");
    }

    [Theory]
    [InlineData("--out", "train", "stories", "--out", "", "--steps", "2")]
    [InlineData("--data", "eval", "out/stories", "--data", "")]
    [InlineData("--prompt", "generate", "out/stories", "--prompt", "", "--tokens", "2")]
    [InlineData("MODEL_DIR", "generate", "", "--prompt", "a", "--tokens", "2")]
    [InlineData("RECIPE", "train", "")]
    [InlineData("--recipe", "bench", "generate", "--recipe", "")]
    [InlineData("MODEL_DIR", "average", "one", "", "--out", "mean")]
    public void AnEmptyArgumentIsRefused(string mention, params string[] arguments) =>
        Workspace.Run(arguments).AssertFails(CommandLine.WrongUsage, mention, "empty");

    [Theory]
    [InlineData("--beam", "eval", "--beam", "5")]
    [InlineData("--max-len-b", "eval", "--max-len-b", "5")]
    [InlineData("--exits", "eval", "--exits", "all")]
    [InlineData("--exits", "generate", "--prompt", "the", "--tokens", "1", "--exits", "full")]
    [InlineData("--data", "info", "--data", "builtin:stories")]
    [InlineData("--target-length", "info", "--target-length", "5")]
    [InlineData("--feature-size", "convert", "--out", "new", "--feature-size", "8")]
    [InlineData("--seed", "convert", "--out", "new", "--to", "elu", "--seed", "8")]
    public void AnOptionWithoutEffectOnALanguageModelIsRefused(string option, string command, params string[] more)
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        Workspace.Run([command, _work["out"], .. more]).AssertFails(CommandLine.WrongUsage, option, "applies to");
    }

    [Fact]
    public void SentencePairsForALanguageModelAreRefused() =>
        _work.Train("out", "--valid", "x,y").AssertFails(CommandLine.WrongUsage, "--valid", "recipe.json");

    [Fact]
    public void AMeanOfOneModelIsRefused() =>
        Workspace.Run("average", _work["out"], "--out", _work["mean"]).AssertFails(CommandLine.WrongUsage, "two models", _work["out"]);

    [Fact]
    public void AMeanOverDifferentTokenizersIsRefused()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        _work.Write("text.txt", File.ReadAllText(_work["text.txt"]).Replace('m', 'z'));
        Assert.Equal(0, _work.Train("other").ExitCode);
        Workspace.Run("average", _work["out"], _work["other"], "--out", _work["mean"])
            .AssertFails(CommandLine.Failed, "different tokenizers");
        Assert.Equal(0, Workspace.Run("average", _work["out/best"], _work["out/last"], "--out", _work["mean"]).ExitCode);
    }

    [Fact]
    public void AMeanOverDifferentFunctionsIsRefused()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        Assert.Equal(0, _work.Train("gelu", "--set", "model.activation=gelu").ExitCode);
        Assert.Equal(0, _work.Train("dry", "--set", "model.dropout=0").ExitCode);
        Workspace.Run("average", _work["out"], _work["gelu"], "--out", _work["mean"])
            .AssertFails(CommandLine.Failed, "differ in model.activation", "gelu", "only checkpoints of one model can be averaged");
        Assert.False(Directory.Exists(_work["mean"]));
        Assert.Equal(0, Workspace.Run("average", _work["out"], _work["dry"], "--out", _work["mean"]).ExitCode);
    }

    [Fact]
    public void AMeanOverAdaptersOfDifferentModelsIsRefused()
    {
        foreach (string name in (string[])["a", "b"])
        {
            Assert.Equal(0, _work.Train(name, "--seed", name == "a" ? "1" : "2").ExitCode);
            Assert.Equal(0, _work.Train($"{name}-lora", "--init", _work[name], "--set", "model.lora.rank=2").ExitCode);
        }

        Workspace.Run("average", _work["a-lora"], _work["b-lora"], "--out", _work["mean"])
            .AssertFails(CommandLine.Failed, "are adapters of different models");
        Assert.Equal(0, Workspace.Run("average", _work["a-lora/best"], _work["a-lora/last"], "--out", _work["mean"]).ExitCode);
    }

    [Fact]
    public void AModelIsNoOutputFolder()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        _work.Train("out/best").AssertFails(CommandLine.Failed, "is a model itself", "--out");
        Assert.False(Directory.Exists(_work["out/best/last"]));
    }

    [Fact]
    public void AWindowCannotMoveFurtherThanItIsLong()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        Workspace.Run("generate", _work["out"], "--prompt", "the", "--tokens", "30", "--window-stride", "17")
            .AssertFails(CommandLine.WrongUsage, "--window-stride is 17", "16");
    }

    [Theory]
    [InlineData("a.txt,")]
    [InlineData(",a.txt")]
    [InlineData(",")]
    public void HalfAPairOfFilesIsRefused(string pair)
    {
        Workspace.Run("train", "translation-toy", "--data", pair, "--out", _work["out"])
            .AssertFails(CommandLine.Failed, pair, "SOURCE_FILE,TARGET_FILE");
        Workspace.Run("train", "translation-toy", "--valid", pair, "--out", _work["out"])
            .AssertFails(CommandLine.Failed, pair, "SOURCE_FILE,TARGET_FILE");
    }

    [Fact]
    public void KeysThatAreGivenTwiceAndEmptySourcesAreRefused()
    {
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace("\"steps\": 20", "\"steps\": 20, \"steps\": 30", StringComparison.Ordinal));
        _work.Train("out").AssertFails(CommandLine.Failed, "recipe.json", "'training.steps' is given twice (line ");
        _work.Write("recipe.json",
            Workspace.TinyRecipe.Replace("\"data\": { ", "\"data\": { \"source\": \"\", ", StringComparison.Ordinal));
        _work.Train("out").AssertFails(CommandLine.Failed, "recipe.json", "data.source");
    }

    [Fact]
    public void FoldersOfOthersThatLookLikeLeftoversStay()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        string[] foreign = [_work.Write("copy.tmp-mine/f", "mine"), _work.Write("copy.tmp-2147483647/f", "mine"),
            _work.Write($"copy.tmp-{Environment.ProcessId}x/config.json", "mine")];
        string leftover = _work.Write("copy.tmp-2147483646/config.json", "ours");
        Assert.Equal(0, Workspace.Run("convert", _work["out"], "--out", _work["copy"]).ExitCode);
        Directory.CreateDirectory(_work["a.tmp-"]);
        Assert.Equal(0, Workspace.Run("convert", _work["out"], "--out", _work["a*"]).ExitCode);
        Assert.All(foreign, file => Assert.True(File.Exists(file), file));
        Assert.False(File.Exists(leftover));
    }

    [Theory]
    [InlineData("out/best/sub")]
    [InlineData("out/last/deep/er")]
    public void NothingIsWrittenIntoAModel(string output)
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        _work.Train(output).AssertFails(CommandLine.Failed, "inside the model");
        Workspace.Run("convert", _work["out"], "--out", _work[output]).AssertFails(CommandLine.Failed, "inside the model");
        Assert.False(Directory.Exists(_work[output]));
    }

    [Fact]
    public void SomethingElseInTheCheckpointsPlaceIsRefusedBeforeTraining()
    {
        _work.Write("out/best/mine.txt", "mine");
        _work.Train("out", "--resume").AssertFails(CommandLine.Failed, "best", "something else");
        Assert.False(Directory.Exists(_work["out/last"]));
        Assert.Equal("mine", File.ReadAllText(_work["out/best/mine.txt"]));
    }

    [Fact]
    public void APropertyIsNamedByItsOption()
    {
        Assert.Equal("A --data, no --exits, --out.",
            OptionNames.Translate("A TrainingOptions.Data, no --exits, TrainingOptions.Output.", ["--data", "--out"]));
        Assert.Equal("Set GenerationOptions.TopK.", OptionNames.Translate("Set GenerationOptions.TopK.", ["--data"]));
        Assert.Equal("Set --top-k.", OptionNames.Translate("Set GenerationOptions.TopK.", ["--top-k"]));
    }
}
