using System.Text.Json;
using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Generation;
using ManagedTransformer.Inspection;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Adaptive spans, persistent vectors and memories in one model, from the recipe to the generated text.</summary>
public sealed class CombinedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CombinedModelTests() =>
        File.WriteAllText(_folder["text.txt"],
            string.Concat(Enumerable.Range(0, 400).Select(i => $"{i} and {i + 1} make {(2 * i) + 1}.\n")));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(AttentionKind.AdaptiveSpan)]
    [InlineData(AttentionKind.DynamicSpan)]
    public void ItTrainsReportsAndGenerates(AttentionKind kind)
    {
        TrainingRun run = Prepare("out", 60, kind);
        double first = double.NaN;
        TrainingResult result = run.Run(progress => first = double.IsNaN(first) ? progress.Loss : first,
            TestContext.Current.CancellationToken);
        Assert.True(result.Validation!.Loss < first - 0.5, $"the loss went from {first} to {result.Validation.Loss}");
        LanguageModel model = LanguageModel.Load(_folder["out"]);
        Assert.Equal(model.Network.ParameterCount, model.Description.Model.ParameterCount);
        Assert.Equal(40, string.Concat(model.Generate("7 and 8", new GenerationOptions { MaxTokens = 40, Seed = 3 })).Length);

        ModelEvaluationResult evaluated = ModelEvaluation.Run(model, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(result.Validation.Loss, evaluated.Loss, 1e-6);
        SpanReport spans = Assert.Single(evaluated.Reports.OfType<SpanReport>());
        Assert.Equal([3, 3], spans.Layers.Select(layer => layer.Count));
        Assert.InRange(spans.Average, 4, 100);
        Assert.InRange(spans.Max, spans.Average, 100);
        Assert.Equal(2 * ((4 * 12 * 12) + (2 * 12 * (spans.Average + 5))), spans.AttentionFlops, 1.0);
        MemoryDetails memory = Assert.Single(Assert.Single(evaluated.Reports.OfType<MemoryReport>()).Memories);
        Assert.Equal("1", memory.Position);
        Assert.Equal(16, memory.Slots);
        Assert.InRange(memory.Usage, 0.2, 1);
        Assert.Equal(2, memory.HeadUsage.Count);

        // What the run recorded stands in the model's folder, under names that other programs read.
        using JsonDocument metrics = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder["out"], "best", "metrics.json")));
        Assert.Equal(["spans", "memories"], metrics.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["average", "max", "layers", "attention_flops", "cached_states"],
            metrics.RootElement.GetProperty("spans").EnumerateObject().Select(member => member.Name));
        Assert.Equal(["position", "slots", "usage", "kl", "head_usage", "sub_key_usage"],
            metrics.RootElement.GetProperty("memories")[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal(["HeadSpans", "MemoryReport"], ModelSummary.Of(_folder["out"]).Reports.Select(report => report.GetType().Name));
    }

    [Fact]
    public void AResumedRunEndsWithTheSameWeights()
    {
        Prepare("whole", 9, AttentionKind.AdaptiveSpan).Run(cancellation: TestContext.Current.CancellationToken);
        Prepare("cut", 4, AttentionKind.AdaptiveSpan).Run(cancellation: TestContext.Current.CancellationToken);
        TrainingRun resumed = Prepare("cut", 9, AttentionKind.AdaptiveSpan, resume: true);
        Assert.Equal(4, resumed.Step);
        resumed.Run(cancellation: TestContext.Current.CancellationToken);
        foreach (string name in new[] { "model.safetensors", "optimizer.safetensors", "stream.safetensors" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["whole"], "last", name)),
                File.ReadAllBytes(Path.Combine(_folder["cut"], "last", name)));
        }
    }

    private TrainingRun Prepare(string output, long steps, AttentionKind kind, bool resume = false)
    {
        LanguageModelRecipe recipe = new()
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = new LanguageModelConfig
            {
                Dim = 12,
                Layers = 2,
                Heads = 3,
                Ffn = 0,
                Attention = kind,
                Span = new() { Limit = 100, Ramp = 4, Penalty = 1e-4f },
                Persistent = 5,
                MemoryPositions = ["1"],
                Memory = new() { Heads = 2, NKeys = 4, KeyDim = 6, TopK = 2 },
                Positions = PositionKind.Relative,
                PreNorm = false,
                Bias = false,
                Tie = false,
                OutputBias = true,
                AttentionDropout = 0.1f,
                Init = InitializationScheme.FanIn,
            },
            Tokenizer = new() { Type = TokenizerKind.Char },
            Training = new()
            {
                Batch = 4,
                Context = 16,
                Sampling = Sampling.Stream,
                Optimizer = new() { Type = OptimizerKind.Adagrad, ClipNorm = 0.03f, Values = new() },
                Schedule = new() { Type = ScheduleKind.LinearWarmup, Lr = 0.07, Warmup = 10 },
                EvaluateEvery = 1000,
                LogEvery = 1,
            },
        };
        recipe.Validate("recipe");
        return TrainingRun.Prepare(recipe,
            new TrainingOptions { Data = _folder["text.txt"], Output = _folder[output], Steps = steps, Resume = resume });
    }
}
