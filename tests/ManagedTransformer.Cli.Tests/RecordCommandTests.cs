using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Training on records and shards from the command line.</summary>
public sealed class RecordCommandTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void RecordsAreTrainedOnAndScored()
    {
        _work.Write("pairs.jsonl", string.Concat(Enumerable.Range(0, 100).Select(
            i => $$"""{"question": "{{i}}", "answer": "the answer"}""" + "\n")));
        string[] fields = ["--set", "data.fields.prompt=question", "--set", "data.fields.completion=answer", "--set",
            "training.sample_prompt=null"];
        JsonElement run = Workspace.Run([
            "train", _work["recipe.json"], "--data", _work["pairs.jsonl"], "--out", _work["out"], "--json", .. fields]).Json;
        JsonElement score = Workspace.Run("eval", _work["out/last"], "--json").Json;
        Assert.Equal(run.GetProperty("loss").GetDouble(), score.GetProperty("loss").GetDouble(), 1e-6);
        Assert.Equal(run.GetProperty("bits_per_char").GetDouble(), score.GetProperty("bits_per_char").GetDouble(), 1e-6);

        // The fields of the training text are those of another one of its kind.
        Assert.Equal(0, Workspace.Run("eval", _work["out"], "--data", _work["pairs.jsonl"], "--split", "all").ExitCode);
        Workspace.Run("train", _work["recipe.json"], "--data", _work["pairs.jsonl"], "--out", _work["other"])
            .AssertFails(CommandLine.Failed, "pairs.jsonl", "(line 1)", "neither 'text' nor 'prompt' and 'completion'");
    }

    [Fact]
    public void AFolderOfShardsIsThatOfTheWholeText()
    {
        string text = File.ReadAllText(_work["text.txt"]);
        _work.Write("shards/a.txt", text[..1000]);
        _work.Write("shards/b.txt", text[1000..]);
        Assert.Equal(0, Workspace.Run("train", _work["recipe.json"], "--data", _work["shards"], "--out", _work["shards-out"]).ExitCode);
        Assert.Equal(0, _work.Train("whole").ExitCode);
        Assert.Equal(_work.LastCheckpoint("whole").Weights, _work.LastCheckpoint("shards-out").Weights);
    }
}
