using ManagedTransformer.Generation;
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
    public async Task Programs_train_and_generate()
    {
        string folder = Directory.CreateTempSubdirectory("readme").FullName;
        try
        {
            LanguageModelRecipe recipe = Recipe.LoadLanguageModel(Path.Combine(Root(), "models", "stories.json"));
            recipe = recipe with { Training = recipe.Training with { Steps = 2, Batch = 2, Context = 16, EvaluateTokens = 100 } };
            TrainingRun run = TrainingRun.Prepare(recipe, new TrainingOptions { Output = folder });
            List<string> lines = [];
            run.Run(progress => lines.Add($"{progress.Step}: {progress.Loss:F3}"));
            Assert.NotEmpty(lines);

            List<string> pieces = [];
            using var model = LanguageModel.Load(folder);
            await foreach (string piece in model.GenerateAsync("Once upon a time ", new GenerationOptions { MaxTokens = 200, Temperature = 0.8f }))
                pieces.Add(piece);
            Assert.Equal(200, string.Concat(pieces).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        RequireInReadme(
            "TrainingRun run = TrainingRun.Prepare(Recipe.Load(\"models/stories.json\"), new TrainingOptions { Output = \"out/stories\" });",
            "run.Run(progress => Console.WriteLine($\"{progress.Step}: {progress.Loss:F3}\"));",
            "using var model = LanguageModel.Load(\"out/stories\");",
            "await foreach (string piece in model.GenerateAsync(\"Once upon a time \", new GenerationOptions { MaxTokens = 200, Temperature = 0.8f }))");
    }

    [Fact]
    public void Engine_program_differentiates()
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

    private static void RequireInReadme(params string[] lines)
    {
        string readme = File.ReadAllText(Path.Combine(Root(), "README.md"));
        Assert.All(lines, line => Assert.Contains(line, readme, StringComparison.Ordinal));
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ManagedTransformer.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The repository's root was not found.");
    }

    private sealed class Within(float tolerance) : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(float value) => 0;
    }
}
