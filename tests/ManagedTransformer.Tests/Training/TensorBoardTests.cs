using System.Text.Json;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tests.Training.TensorBoard;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Event files of runs say what their logs say.</summary>
public sealed class TensorBoardTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mt-events-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ScalarsAreThoseOfTheLog()
    {
        Run(10, resume: false);
        List<EventReader.Event> events = EventReader.Read(File.ReadAllBytes(Assert.Single(Files())));
        Dictionary<(string, long), float> scalars = events
            .SelectMany(found => found.Scalars.Select(scalar => (scalar.Tag, found.Step, scalar.Value)))
            .ToDictionary(found => (found.Tag, found.Step), found => found.Value);
        string path = Path.Combine(_folder.FullName, "out", "log.jsonl");
        JsonElement[] log = [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement)];
        foreach (JsonElement line in log)
        {
            bool isValidation = line.TryGetProperty("validation_loss", out JsonElement loss);
            long step = line.GetProperty("step").GetInt64();
            loss = isValidation ? loss : line.GetProperty("loss");
            Assert.Equal((float)loss.GetDouble(), scalars[(isValidation ? "loss/validation" : "loss/training", step)]);
            if (!isValidation)
            {
                Assert.Equal((float)line.GetProperty("learning_rate").GetDouble(), scalars[("optimizer/learning_rate", step)]);
                Assert.Equal((float)line.GetProperty("gradient_norm").GetDouble(), scalars[("optimizer/gradient_norm", step)]);
                Assert.Equal(line.GetProperty("tokens_per_s").GetDouble(), scalars[("speed/tokens_per_s", step)], 1.0);
            }
        }

        Assert.Equal(log.Length, events.Count - 2);
    }

    [Fact]
    public void AResumedRunGoesOnInAnotherFileBehindTheSteps()
    {
        Run(10, resume: false);
        Run(20, resume: true);
        string[] files = Files();
        Assert.Equal(2, files.Length);
        List<EventReader.Event> second = EventReader.Read(File.ReadAllBytes(files[1]));
        Assert.Equal((11L, 1L), (second[1].Step, second[1].Session));
        Assert.All(second.Skip(2), found => Assert.InRange(found.Step, 11, 20));
    }

    [Fact]
    public void ANewRunMovesTheFilesOfTheEarlierOneAside()
    {
        Run(10, resume: false);
        Run(10, resume: false);
        Assert.Single(Files());
        Assert.Single(Directory.GetFiles(Path.Combine(_folder.FullName, "out", "previous-1"), "events.*"));
    }

    private string[] Files() =>
        [.. Directory.GetFiles(Path.Combine(_folder.FullName, "out"), "events.out.tfevents.*").Order(StringComparer.Ordinal)];

    private void Run(long steps, bool resume)
    {
        string text = Path.Combine(_folder.FullName, "text.txt");
        File.WriteAllText(text, string.Concat(Enumerable.Range(0, 60).Select(i => $"the cat number {i} sat.\n")));
        LanguageModelRecipe recipe = new()
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = new LanguageModelConfig { Dim = 8, Layers = 1, Heads = 2 },
            Data = new DataRecipe { Source = text, ValidationFraction = 0.2 },
            Training = new TrainingRecipe { Steps = 10, Batch = 2, Context = 8, EvaluateEvery = 5, LogEvery = 2 },
        };
        TrainingOptions options = new()
        {
            Output = Path.Combine(_folder.FullName, "out"),
            Steps = steps,
            Resume = resume,
            TensorBoard = true,
        };
        Assert.True(TrainingRun.Prepare(recipe, options).Run(cancellation: TestContext.Current.CancellationToken).IsComplete);
    }
}
