using System.Text;
using System.Text.Json;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Conversion;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Checkpoints.HuggingFace;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tests.Formulas;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>Transformers converted to recurrent networks, and models that mix both kinds of layers.</summary>
public sealed class T2RTests
{
    private static readonly LanguageModelConfig _source = new()
    {
        Vocab = 13,
        Dim = 12,
        Layers = 5,
        Heads = 3,
        Ffn = 20,
        Positions = PositionKind.Learned,
        MaxPositions = 32,
        AttentionDropout = 0.1f,
        Init = InitializationScheme.FanIn,
    };

    public static TheoryData<FeatureMapKind, string[]> Maps => new()
    {
        { FeatureMapKind.Learned, ["weight", "bias"] },
        { FeatureMapKind.Elu1, [] },
        { FeatureMapKind.RfaSincos, ["projection"] },
        { FeatureMapKind.FavorExp, ["projection"] },
    };

    [Theory]
    [MemberData(nameof(Maps))]
    public void CopiesEverythingButFeatureMaps(FeatureMapKind map, string[] created)
    {
        CausalLanguageModel source = new(_source, new RandomSource(1));
        Dictionary<string, float[]> before = Values(source);
        T2ROptions options = new()
        {
            Linear = new LinearAttentionConfig { Map = map, FeatureSize = 7 },
            SoftmaxLayers = T2R.EveryFourthFromTop(_source.Layers),
            Seed = 5,
        };
        ConvertedNetwork result = T2R.Convert(source, options);
        Assert.Equal([0, 4], result.Model.Config.SoftmaxLayers!);
        Assert.Equal(result.Model.ParameterCount, LanguageModelFormula.Parameters(result.Model.Config));
        Assert.Equal(0.1f, result.Model.Config.AttentionDropout);
        Assert.Equal(((int[])[1, 2, 3]).SelectMany(layer => created.Select(part => $"layers.{layer}.attn.feature.{part}")),
            result.NewTensors);
        Dictionary<string, float[]> after = Values(result.Model);
        Assert.All(before, pair => Assert.Equal(pair.Value, after[pair.Key]));
        Assert.Equal(before.Count + result.NewTensors.Count, after.Count);

        // The new model is one of its own, and the seed decides what is new.
        result.Model.Layers[0].Attention.Out.Weight.Assign(Tensor.Zeros(new Shape(12, 12)));
        Assert.Equal(before, Values(source));
        Assert.All(result.NewTensors, name => Assert.Equal(after[name], Values(T2R.Convert(source, options).Model)[name]));
        Assert.All(result.NewTensors,
            name => Assert.NotEqual(after[name], Values(T2R.Convert(source, options with { Seed = 6 }).Model)[name]));
    }

    [Fact]
    public void LearntMapsStartAsTheConversionNeedsThem()
    {
        ConvertedNetwork result = T2R.Convert(
            new CausalLanguageModel(_source with { Init = InitializationScheme.Gpt2 }, new RandomSource(1)),
            new T2ROptions { Linear = new LinearAttentionConfig { Map = FeatureMapKind.Learned, FeatureSize = 64, Reparam = true } });
        Assert.Null(result.Model.Config.SoftmaxLayers);
        Assert.Equal(0, result.Model.Config.AttentionDropout);
        Dictionary<string, float[]> values = Values(result.Model);
        float bound = 1 / MathF.Sqrt(4);
        foreach (string name in result.NewTensors)
        {
            if (name.EndsWith("sigma", StringComparison.Ordinal))
            {
                Assert.All(values[name], value => Assert.Equal(1, value));
            }
            else
            {
                Assert.All(values[name], value => Assert.InRange(value, -bound, bound));
                Assert.InRange(values[name].Max(), 0.9f * bound, bound);
            }
        }
    }

    [Theory]
    [InlineData(32, new[] { 3, 7, 11, 15, 19, 23, 27, 31 })]
    [InlineData(6, new[] { 1, 5 })]
    [InlineData(1, new[] { 0 })]
    public void EveryFourthLayerIsCountedFromTheTop(int layers, int[] expected) => Assert.Equal(expected, T2R.EveryFourthFromTop(layers));

    [Theory]
    [InlineData("every:4", new[] { 3, 7 })]
    [InlineData("every:1", new[] { 0, 1, 2, 3, 4, 5, 6, 7 })]
    [InlineData("5, 2,5", new[] { 2, 5 })]
    [InlineData("every:0", null)]
    [InlineData("every:", null)]
    [InlineData("-1", null)]
    [InlineData("", null)]
    public void ChoicesOfLayersAreRead(string text, int[]? expected) => Assert.Equal(expected, LayerChoice.Parse(text)?.Of(8));

    [Fact]
    public void MixedLayersStepAsTheyRead()
    {
        LanguageModelConfig config = _source with
        {
            Attention = AttentionKind.Linear,
            Linear = new LinearAttentionConfig { Map = FeatureMapKind.Learned, FeatureSize = 6 },
            SoftmaxLayers = [1, 3],
        };
        CausalLanguageModel model = new(config, new RandomSource(2));
        Tensor tokens = Tensor.From([.. Enumerable.Range(0, 24).Select(i => i * 7 % 13)], new Shape(2, 12));
        float[] whole = model.Forward(tokens, ForwardContext.Inference).Slice(1, 11, 1).ToArray();
        LanguageModelState state = model.CreateState(2);
        Assert.Equal([false, true, false, true, false], state.Layers.Select(layer => layer is KeyValueCache));
        model.Step(tokens.Slice(1, 0, 7), state);
        float[] last = [];
        for (int i = 7; i < 12; i++)
        {
            last = model.Step(tokens.Slice(1, i, 1), state).ToArray();
        }

        Assert.All(whole.Zip(last), pair => Assert.Equal(pair.First, pair.Second, 5e-5 * (1 + Math.Abs(pair.First))));
    }

    [Theory]
    [InlineData(PositionKind.Half, null)]
    [InlineData(PositionKind.Learned, 1)]
    public void ModelsOfWordsAreConverted(PositionKind positions, int? padding)
    {
        LanguageModelConfig config = _source with
        {
            Adaptive = new AdaptiveClusters { Cutoffs = [4, 9], Div = 2, Form = AdaptiveForm.Fairseq },
            Positions = positions,
            PaddingIdx = padding,
            FinalNorm = false,
        };
        CausalLanguageModel source = new(config, new RandomSource(1)),
            model = T2R.Convert(source, new T2ROptions { SoftmaxLayers = [4] }).Model;
        Assert.Equal(source.ParameterCount, LanguageModelFormula.Parameters(config));
        Tensor tokens = Tensor.From([.. Enumerable.Range(0, 10).Select(i => 2 + (i * 7 % 11))], new Shape(1, 10));
        float[] whole = model.Forward(tokens, ForwardContext.Inference).Slice(1, 9, 1).ToArray();
        LanguageModelState state = model.CreateState();
        model.Step(tokens.Slice(1, 0, 8), state);
        model.Step(tokens.Slice(1, 8, 1), state);
        Assert.All(whole.Zip(model.Step(tokens.Slice(1, 9, 1), state).ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 5e-5 * (1 + Math.Abs(pair.First))));

        // As written and read again.
        using TemporaryFolder folder = new();
        ModuleWeights.Save(model, folder["model.safetensors"]);
        CausalLanguageModel read = new(model.Config, new RandomSource(7));
        ModuleWeights.Load(read, folder["model.safetensors"]);
        Assert.Equal(whole, read.Forward(tokens, ForwardContext.Inference).Slice(1, 9, 1).ToArray());
    }

    [Fact]
    public void LayersAreListedInConfigurations()
    {
        LanguageModelConfig config = _source with
        {
            Attention = AttentionKind.Linear,
            Linear = new LinearAttentionConfig(),
            SoftmaxLayers = [2],
        };
        string json = JsonSerializer.Serialize(new ModelDescription { Architecture = "transformer_lm", Model = config },
            DescriptionJson.Default.ModelDescription);
        Assert.Equal([2], JsonSerializer.Deserialize(json, DescriptionJson.Default.ModelDescription)!.Model.SoftmaxLayers!);
        Assert.Contains("\"softmax_layers\"", json, StringComparison.Ordinal);
        Refuses(config with { SoftmaxLayers = [5] }, "must increase from at least 0 to at most 4");
        Refuses(config with { SoftmaxLayers = [2, 2] }, "[2, 2] must increase");
        Refuses(config with { SoftmaxLayers = [0, 1, 2, 3, 4] }, "every layer");
        Refuses(config with { SoftmaxLayers = [] }, "attention_dropout");
        CausalLanguageModel source = new(_source, new RandomSource(1));
        Assert.Contains("[5]", Assert.Throws<InputException>(() => T2R.Convert(source, new T2ROptions { SoftmaxLayers = [5] })).Message,
            StringComparison.Ordinal);
        Refuses(_source with { SoftmaxLayers = [1] }, "needs model.attention to be linear");

        static void Refuses(LanguageModelConfig config, string part) =>
            Assert.Contains(part, Assert.Throws<InputException>(() => config.Validate("r")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlySoftmaxIsConverted()
    {
        CausalLanguageModel linear = T2R.Convert(new CausalLanguageModel(_source, new RandomSource(1))).Model;
        Assert.Contains("Only softmax", Assert.Throws<InputException>(() => T2R.Convert(linear)).Message, StringComparison.Ordinal);
        T2ROptions all = new() { SoftmaxLayers = [0, 1, 2, 3, 4] };
        Assert.Contains("not all",
            Assert.Throws<InputException>(() => T2R.Convert(new CausalLanguageModel(_source, new RandomSource(1)), all)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AGpt2FolderBecomesAFinetunedRecurrentNetwork()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["text.txt"], string.Concat(Enumerable.Repeat(Gpt2Sample.Text + "\n", 40)), Encoding.UTF8);
        new Gpt2Sample().Write(folder["gpt2"], tokenizerJson: false);
        ConversionResult converted = ModelConversion.Run(folder["gpt2"], folder["rnn"], new ConversionOptions
        {
            Target = ConversionTarget.T2R,
            FeatureSize = 5,
            KeepSoftmax = LayerChoice.These(1),
        });
        Assert.Equal(["layers.0.attn.feature.weight", "layers.0.attn.feature.bias"], converted.NewTensors);

        LanguageModelRecipe recipe = new()
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = new LanguageModelConfig { Dim = 8, Layers = 1, Heads = 1, Positions = PositionKind.None },
            Training = new TrainingRecipe
            {
                Steps = 30,
                Batch = 4,
                Context = 12,
                EvaluateEvery = 30,
                LogEvery = 1,
                Schedule = new ScheduleRecipe { Lr = 3e-3f },
            },
        };
        List<double> losses = [];
        TrainingRun run = TrainingRun.Prepare(recipe, new TrainingOptions
        {
            Output = folder["out"],
            Data = folder["text.txt"],
            Init = folder["rnn"],
        });
        run.Run(progress => losses.Add(progress.Loss), TestContext.Current.CancellationToken);
        Assert.True(losses[^1] < losses[0] - 0.2, $"the loss went from {losses[0]} to {losses[^1]}");

        LanguageModel loaded = LanguageModel.Load(folder["out"]);
        Tensor tokens = Tensor.From([.. loaded.Tokenizer.Encode(Gpt2Sample.Text).Take(12)], new Shape(1, 12));
        Assert.Equal(Logits((LanguageModel)run.Model), Logits(loaded));
        Assert.True(loaded.Network.Layers[0].Attention is LinearSelfAttention && loaded.Network.Layers[1].Attention is MultiHeadAttention);
        string refusal = Assert.Throws<InputException>(
            () => ModelConversion.Run(folder["out"], folder["back"], new ConversionOptions { Target = ConversionTarget.Gpt2 })).Message;
        Assert.Contains("its layers are recurrent", refusal, StringComparison.Ordinal);
        Assert.False(Path.Exists(folder["back"]));

        float[] Logits(LanguageModel model) => model.Network.Forward(tokens, ForwardContext.Inference).ToArray();
    }

    [Theory]
    [InlineData(ConversionTarget.Transformer, true, false, "feature size")]
    [InlineData(ConversionTarget.Elu, true, false, "feature size")]
    [InlineData(ConversionTarget.Gpt2, false, true, "keep their softmax")]
    public void OptionsThatATargetLacksAreRefused(ConversionTarget target, bool size, bool keep, string part)
    {
        using TemporaryFolder folder = new();
        new Gpt2Sample().Write(folder["gpt2"]);
        ConversionOptions options = new()
        {
            Target = target,
            FeatureSize = size ? 8 : null,
            KeepSoftmax = keep ? LayerChoice.EveryFromTop(4) : LayerChoice.None,
        };
        Assert.Contains(part, Assert.Throws<InputException>(() => ModelConversion.Run(folder["gpt2"], folder["out"], options)).Message,
            StringComparison.Ordinal);
        Assert.False(Path.Exists(folder["out"]));
    }

    private static Dictionary<string, float[]> Values(CausalLanguageModel model) =>
        model.Parameters().Select(named => (named.Name, (Tensor)named.Parameter))
            .Concat(model.Buffers().Select(named => (named.Name, named.Buffer)))
            .ToDictionary(named => named.Name, named => named.Item2.ToArray());
}
