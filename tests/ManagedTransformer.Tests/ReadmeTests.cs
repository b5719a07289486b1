using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Training;
using Xunit;

#pragma warning disable xUnit1051 // The programs stand here as they stand in the README.

namespace ManagedTransformer.Tests;

/// <summary>The programs of the README, compiled and run; each line of them is looked up in the README.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task ProgramsTrainAndGenerate()
    {
        string folder = Directory.CreateTempSubdirectory("readme").FullName;
        try
        {
            var recipe = (LanguageModelRecipe)Recipe.Builtin("stories");
            recipe = recipe with { Training = recipe.Training with { Steps = 2, Batch = 2, Context = 16, EvaluateTokens = 100 } };
            TrainingRun run = TrainingRun.Prepare(recipe, new TrainingOptions { Output = folder });
            List<string> lines = [];
            run.Run(progress => lines.Add($"{progress.Step}: {progress.Loss:F3}"));
            Assert.NotEmpty(lines);

            List<string> pieces = [];
            var model = LanguageModel.Load(folder);
            await foreach (string piece in model.GenerateAsync("Once upon a time ", new GenerationOptions
            {
                MaxTokens = 200,
                Temperature = 0.8f,
            }))
            {
                pieces.Add(piece);
            }

            Assert.Equal(200, string.Concat(pieces).Length);

            CancellationToken cancellation = TestContext.Current.CancellationToken;
            TextGeneration story = model.Generate("Once upon a time ", new GenerationOptions
            {
                MinP = 0.05f,
                StopStrings = ["\n"],
                LogProbabilities = 0,
            });
            string text = "";
            await foreach (GenerationStep step in story.StepsAsync(cancellation))
            {
                text += step.Text;
                Assert.True(step.LogProbability <= 0);
            }

            Assert.DoesNotContain('\n', text);
            Assert.NotNull(story.Finish);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        RequireInReadme(
            "TrainingRun run = TrainingRun.Prepare(Recipe.Builtin(\"stories\"), new TrainingOptions { Output = \"out/stories\" });",
            "run.Run(progress => Console.WriteLine($\"{progress.Step}: {progress.Loss:F3}\"));",
            "var model = LanguageModel.Load(\"out/stories\");",
            "TextGeneration story = model.Generate(\"Once upon a time \", new GenerationOptions { MinP = 0.05f, StopStrings = [\"\\n\"], "
            + "LogProbabilities = 0 });",
            "await foreach (GenerationStep step in story.StepsAsync(cancellation))",
            "await foreach (string piece in model.GenerateAsync(\"Once upon a time \", new GenerationOptions { MaxTokens = 200, "
            + "Temperature = 0.8f }))");
    }

    [Fact]
    public void EngineProgramDifferentiates()
    {
        var weight = new Parameter(Tensor.Normal(new Shape(1, 3), 0, 0.1f, new RandomKey(1, 0)));
        Tensor x = Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], new Shape(2, 3)), target = Tensor.From([1f, 2f], new Shape(2, 1));
        Tensor error = x.Linear(weight) - target;
        (error * error).Mean().Backward();

        // d mean(e^2) / dw = mean over rows of 2 e x
        float[] e = error.ToArray();
        Assert.Equal([e[0] + (4 * e[1]), (2 * e[0]) + (5 * e[1]), (3 * e[0]) + (6 * e[1])], weight.Gradient!.ToArray(), new Within(1e-4f));
        RequireInReadme(
            "var weight = new Parameter(Tensor.Normal(new Shape(1, 3), 0, 0.1f, new RandomKey(1, 0)));",
            "Tensor x = Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], new Shape(2, 3)), target = Tensor.From([1f, 2f], new Shape(2, 1));",
            "Tensor error = x.Linear(weight) - target;",
            "(error * error).Mean().Backward();");
    }

    [Fact]
    public void ARecipeIsMadeInCode()
    {
        string folder = Directory.CreateTempSubdirectory("readme").FullName;
        try
        {
            var recipe = new LanguageModelRecipe
            {
                Architecture = Recipe.TransformerLanguageModel,
                Model = new LanguageModelConfig { Dim = 64, Layers = 2, Heads = 2, Positions = PositionKind.Learned, MaxPositions = 64 },
                Tokenizer = new TokenizerRecipe { Type = TokenizerKind.Char },
                Data = new DataRecipe { Source = "builtin:stories" },
                Training = new TrainingRecipe { Steps = 300, Batch = 8, Context = 64, Schedule = new ScheduleRecipe { Lr = 2e-3 } },
            };
            recipe.Training.Steps = 3;
            recipe.Training.EvaluateTokens = 500;
            TrainingResult result = TrainingRun.Prepare(recipe, new TrainingOptions { Output = folder }).Run();
            Assert.Equal((3, recipe.Model.Layers), (result.Step, LanguageModel.Load(folder).Network.Layers.Count));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        RequireInReadme(
            "var recipe = new LanguageModelRecipe",
            "    Architecture = Recipe.TransformerLanguageModel,",
            "    Model = new LanguageModelConfig { Dim = 64, Layers = 2, Heads = 2, Positions = PositionKind.Learned, MaxPositions = 64 },",
            "    Tokenizer = new TokenizerRecipe { Type = TokenizerKind.Char },",
            "    Data = new DataRecipe { Source = \"builtin:stories\" },",
            "    Training = new TrainingRecipe { Steps = 300, Batch = 8, Context = 64, Schedule = new ScheduleRecipe { Lr = 2e-3 } },",
            "TrainingResult result = TrainingRun.Prepare(recipe, new TrainingOptions { Output = \"out/mine\" }).Run();");
    }

    [Fact]
    public void AnOperatorAndAModuleOfOnesOwnAreTrained()
    {
        static Tensor Rounded(Tensor x) => Tensor.Custom(
            inputs => Tensor.From(Array.ConvertAll(inputs[0].ToArray(), value => MathF.Round(value)), inputs[0].Shape),
            (dy, y, inputs) => [dy],
            x);
        Tensor x = Tensor.From([0.4f, 1.6f], new Shape(2));
        x.RequiresGradient = true;
        Tensor rounded = Rounded(x);
        (rounded * rounded).Sum().Backward();
        Assert.Equal([0, 2], rounded.ToArray());
        Assert.Equal([0, 4], x.Gradient!.ToArray());

        var module = new Regressor(new RandomSource(1));
        var trainer = new ModuleTrainer(module, (batch, context) =>
        {
            Tensor x = Tensor.Uniform(new Shape(32, 2), -1, 1, new RandomKey(2, (ulong)batch));
            Tensor error = module.Forward(x) - (x.Slice(1, 0, 1) * x.Slice(1, 1, 1));
            return ((error * error).Sum(), 32);
        }, new ModuleTrainerOptions { Steps = 500, Schedule = new ScheduleRecipe { Lr = 1e-2 } });
        double first = trainer.Update().Loss, last = first;
        while (trainer.Step < 500)
        {
            last = trainer.Update().Loss;
        }

        Assert.True(last < first / 20, $"{first} became {last}");

        RequireInReadme(
            "static Tensor Rounded(Tensor x) => Tensor.Custom(",
            "    inputs => Tensor.From(Array.ConvertAll(inputs[0].ToArray(), value => MathF.Round(value)), inputs[0].Shape),",
            "    (dy, y, inputs) => [dy],",
            "sealed class Regressor(RandomSource random) : Module",
            "    private readonly Linear _first = new(2, 16, random), _second = new(16, 1, random);",
            "    public Tensor Forward(Tensor x) => _second.Forward(_first.Forward(x, Activation.Gelu));",
            "        visit.Add(\"first\", _first);",
            "var module = new Regressor(new RandomSource(1));",
            "var trainer = new ModuleTrainer(module, (batch, context) =>",
            "    Tensor x = Tensor.Uniform(new Shape(32, 2), -1, 1, new RandomKey(2, (ulong)batch));",
            "    Tensor error = module.Forward(x) - (x.Slice(1, 0, 1) * x.Slice(1, 1, 1));",
            "    return ((error * error).Sum(), 32);",
            "}, new ModuleTrainerOptions { Steps = 500, Schedule = new ScheduleRecipe { Lr = 1e-2 } });",
            "while (trainer.Step < 500)");
    }

    private static void RequireInReadme(params string[] lines)
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        Assert.All(lines, line => Assert.Contains(line, readme, StringComparison.Ordinal));
    }

    private sealed class Regressor(RandomSource random) : Module
    {
        private readonly Linear _first = new(2, 16, random), _second = new(16, 1, random);

        public Tensor Forward(Tensor x) => _second.Forward(_first.Forward(x, Activation.Gelu));

        public override void Visit(ParameterVisitor visit)
        {
            visit.Add("first", _first);
            visit.Add("second", _second);
        }
    }

    private sealed class Within(float tolerance) : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(float value) => 0;
    }
}
