using ManagedTransformer.Conversion;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tests.Checkpoints.HuggingFace;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Training that leaves a part of the model as it is.</summary>
public sealed class TrainableParametersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainableParametersTests()
    {
        File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Repeat(Gpt2Sample.Text + "\n", 40)));
        new Gpt2Sample().Write(_folder["gpt2"]);
        ModelConversion.Run(_folder["gpt2"], _folder["rnn"], new ConversionOptions { Target = ConversionTarget.T2R, FeatureSize = 5 });
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AttentionOnlyChangesMapsAndProjectionsAlone()
    {
        LanguageModel start = LanguageModel.Load(_folder["rnn"]);
        TrainingRun run = TrainingRun.Prepare(Recipe(TrainableParameters.AttentionOnly), Options("out"));
        run.Run(cancellation: TestContext.Current.CancellationToken);
        Dictionary<string, float[]> before = Values(start);
        foreach ((string name, float[] values) in Values((LanguageModel)run.Model))
        {
            bool trained = ((string[])["query", "key", "value", "feature"])
                .Any(part => name.Contains($".attn.{part}.", StringComparison.Ordinal));
            Assert.True(trained != values.SequenceEqual(before[name]), name);
        }

        Assert.All(((LanguageModel)run.Model).Network.Parameters(),
            named => Assert.True(named.Parameter.RequiresGradient || named.Parameter.Gradient is null, named.Name));
    }

    [Fact]
    public void ResumesBitForBitAndOnlyAsItBegan()
    {
        TrainingRun whole = TrainingRun.Prepare(Recipe(TrainableParameters.AttentionOnly), Options("whole"));
        whole.Run(cancellation: TestContext.Current.CancellationToken);
        using CancellationTokenSource stop = new();
        TrainingRun.Prepare(Recipe(TrainableParameters.AttentionOnly), Options("parts")).Run(progress =>
        {
            if (progress.Step == 3)
            {
                stop.Cancel();
            }
        }, stop.Token);
        Assert.Throws<InputException>(() => TrainingRun.Prepare(Recipe(TrainableParameters.All), Options("parts") with { Resume = true }));
        TrainingRun resumed = TrainingRun.Prepare(Recipe(TrainableParameters.AttentionOnly), Options("parts") with { Resume = true });
        Assert.Equal(3, resumed.Step);
        resumed.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Values((LanguageModel)whole.Model), Values((LanguageModel)resumed.Model));
    }

    private TrainingOptions Options(string output) => new() { Output = _folder[output], Data = _folder["text.txt"], Init = _folder["rnn"] };

    private static LanguageModelRecipe Recipe(TrainableParameters trainable) => new()
    {
        Architecture = ManagedTransformer.Recipes.Recipe.TransformerLanguageModel,
        Model = new() { Dim = 8, Layers = 1, Heads = 1, Positions = PositionKind.None },
        Training = new TrainingRecipe
        {
            Steps = 6,
            Batch = 2,
            Context = 8,
            EvaluateEvery = 3,
            LogEvery = 1,
            Trainable = trainable,
            Optimizer = new OptimizerRecipe { ClipNorm = 1, WeightDecay = 0.1f },
        },
    };

    private static Dictionary<string, float[]> Values(LanguageModel model) =>
        model.Network.Parameters().ToDictionary(named => named.Name, named => named.Parameter.ToArray());
}
