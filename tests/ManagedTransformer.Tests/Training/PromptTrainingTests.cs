using ManagedTransformer.Evaluation;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Language models on records with prompts.</summary>
public sealed class PromptTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PromptTrainingTests() => File.WriteAllText(_folder["pairs.jsonl"], string.Concat(Enumerable.Range(0, 200).Select(i =>
        $$"""{"prompt": "{{(char)('a' + (i * 7 % 13))}}{{(char)('a' + (i * 5 % 11))}}=", "completion": "xy"}"""
        + "\n")));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OnlyCompletionsAreLearnt()
    {
        TrainingResult result = Train(Tiny("training.steps=200", "training.schedule.lr=1e-2"), "out");

        // Completions are certain, and prompts are not.
        Assert.InRange(result.Validation!.Loss, 0, 0.1);
        ModelEvaluationResult score = ModelEvaluation.Run(
            LanguageModel.Load(_folder["out/last"]), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(result.Validation.Loss, score.Loss, 1e-6);
        Assert.Equal(3, score.Tokens / 20);
    }

    [Fact]
    public void AResumedRunHasTheSameBits()
    {
        Train(Tiny(), "whole");
        using CancellationTokenSource source = new();
        TrainingRun.Prepare(Tiny(), Options("cut")).Run(
            progress =>
            {
                if (progress.Step == 5)
                {
                    source.Cancel();
                }
            },
            source.Token);
        Train(Tiny(), "cut", resume: true);
        Assert.Equal(
            File.ReadAllBytes(_folder["whole/last/model.safetensors"]), File.ReadAllBytes(_folder["cut/last/model.safetensors"]));
    }

    [Fact]
    public void WhereThePromptEndsBelongsToTheRun()
    {
        Train(Tiny(), "out");
        string text = File.ReadAllText(_folder["pairs.jsonl"]);
        File.WriteAllText(
            _folder["pairs.jsonl"],
            text.Replace("=\", \"completion\": \"", "\", \"completion\": \"=", StringComparison.Ordinal));
        Assert.Contains($"was trained on another text than '{_folder["pairs.jsonl"]}' is now", Assert.Throws<InputException>(
            () => TrainingRun.Prepare(Tiny(), Options("out") with { Resume = true })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StreamsOfRecordsWithPromptsAreRefused() => Assert.Contains(
        "records with prompts",
        Assert.Throws<InputException>(() => TrainingRun.Prepare(Tiny("training.sampling=stream"), Options("out"))).Message,
        StringComparison.Ordinal);

    private static Recipe Tiny(params string[] changes) => Recipe.Builtin("stories").With(
    [
        "training.batch=8", "training.context=16", "model.dim=16", "model.heads=1", "model.layers=1", "training.steps=10",
        "training.evaluate_every=5", "training.log_every=1", "training.sample_prompt=null", "training.schedule.type=constant",
        "training.schedule.warmup=0", "training.evaluate_tokens=0", .. changes,
    ]);

    private TrainingResult Train(Recipe recipe, string output, bool resume = false) =>
        TrainingRun.Prepare(recipe, Options(output) with { Resume = resume }).Run(cancellation: TestContext.Current.CancellationToken);

    private TrainingOptions Options(string output) => new() { Output = _folder[output], Data = _folder["pairs.jsonl"] };
}
