using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Linearizing;
using ManagedTransformer.Recipes;
using ManagedTransformer.Runs;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tests.Linearizing;
using ManagedTransformer.Training;
using ManagedTransformer.Training.TensorBoard;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>What killed runs leave lying about hinders none that goes on, and is gone when it has.</summary>
public sealed class LeftoverTests : IDisposable
{
    // Of a process that there is not.
    private const int Gone = int.MaxValue - 1;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HalfWrittenFilesAreDeletedByTheNextRunAndOthersAreNot()
    {
        File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Repeat("the cat sat.\n", 50)));
        string[] leftovers =
        [
            Write($"out/.owner.{Gone}.tmp"), Write($"out/log.jsonl.{Gone}.tmp"), Write($"out/recipe.json.{Gone}.tmp"),
            Write($"out/last.tmp-{Gone}/averages.safetensors"), Write($"out/best.tmp-{Gone}.failed/chat_template.jinja"),
            Write($"out/recent/step-000000003.tmp-{Gone}/config.json"),
        ];
        string[] others = [Write("out/log.jsonl.mine.tmp"), Write("out/notes.7.tmp"), Write($"out/last.tmp-{Gone - 1}/mine")];
        LanguageModelRecipe recipe = new()
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = new() { Dim = 8, Layers = 1, Heads = 2, MaxPositions = 16 },
            Training = new() { Steps = 1, Batch = 1, Context = 8 },
        };
        TrainingOptions options = new() { Data = _folder["text.txt"], Output = _folder["out"], Resume = true };
        TrainingRun.Prepare(recipe, options).Run(cancellation: TestContext.Current.CancellationToken);
        Assert.DoesNotContain(leftovers, File.Exists);
        Assert.All(others, path => Assert.True(File.Exists(path), path));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["out/recent"]));
    }

    [Fact]
    public void AnEvaluationThatWasLoggedAndNotSavedStandsOnceInTheLog()
    {
        string path = Write(
            "log.jsonl", """
            {"step":1,"loss":3}
            {"step":2,"loss":3}
            {"step":2,"validation_loss":3,"best":true}
            {"step":3,"lo
            """);
        new TrainingLog(path, fromStep: 2, isEvaluationDue: true).Dispose();
        Assert.Empty(RunLog.Read(path).Evaluations);
        Assert.Equal([1L, 2L], RunLog.Read(path).Updates.Select(update => update.Step));
    }

    [Fact]
    public void AnEventFileStandsBehindThoseOfAClockThatWasAhead()
    {
        string ahead = Write($"{EventFile.Prefix}9999999999.000.mt"), foreign = Write($"{EventFile.Prefix}99999999999.host.1.v2");
        EventFile.Create(_folder.Name, 1).Dispose();
        string made = Assert.Single(Directory.GetFiles(_folder.Name), path => path != ahead && path != foreign);
        Assert.True(string.CompareOrdinal(made, ahead) > 0, made);
    }

    [Fact]
    public void AModelThatIsMadeRecurrentCanBeBegunAgainWhereItWasKilledAtOnce()
    {
        RotaryModel.Save(_folder["model"]);
        RotaryModel.WriteText(_folder["text.txt"]);
        string leftover = Write($"rnn/start.tmp-{Gone}/config.json");
        LinearizingRun.Prepare(new()
        {
            Source = _folder["model"],
            Data = _folder["text.txt"],
            Output = _folder["rnn"],
            Linearization = new() { Window = LolcatsWindow.Standard, WindowSize = 4 },
            Context = 16,
        });
        Assert.False(File.Exists(leftover));
        Assert.True(File.Exists(_folder["rnn/start/manifest.json"]));
    }

    private string Write(string name, string content = "half")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], content);
        return _folder[name];
    }
}
