using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Runs that train adapters of a model and save nothing else.</summary>
public sealed class AdapterTrainingTests : IDisposable
{
    private static readonly LoraConfig _lora = new() { Rank = 2, Alpha = 4, Dropout = 0.1f };
    private readonly TemporaryFolder _folder = new();

    public AdapterTrainingTests()
    {
        File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Range(0, 60).Select(i => $"a line with the number {i * 7}.\n")));
        LanguageModelConfig config = Model(null) with { Vocab = 256 };
        new LanguageModel(new CausalLanguageModel(config, new Tensors.RandomSource(5)), new ByteTokenizer(), new ModelDescription
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = config,
            Context = 8,
        }).Save(_folder["base"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OnlyAdaptersChangeAndAreSaved()
    {
        TrainingRun run = TrainingRun.Prepare(Language(4), Options("out"));
        Assert.Contains(run.Notes, note => note.StartsWith("Adapters of rank 2, alpha 4", StringComparison.Ordinal));
        LanguageModel start = LanguageModel.Load(_folder["base"]), model = (LanguageModel)run.Model;
        Assert.Equal(model.ParameterCount - start.ParameterCount, run.TrainedParameters);
        run.Run(cancellation: TestContext.Current.CancellationToken);
        Dictionary<string, float[]> now = Values(model);
        Assert.All(Values(start), before => Assert.Equal(before.Value, now[before.Key]));
        Assert.Contains(now, value => value.Key.EndsWith("lora_b.weight", StringComparison.Ordinal) && value.Value.Any(x => x != 0));
        Assert.False(File.Exists(_folder["out/last/model.safetensors"]));
        Assert.Equal(now, Values(LanguageModel.Load(_folder["out/last"])));
        Assert.NotNull(LanguageModel.Load(_folder["out"]).Description.Data); // evaluated on what it was trained on

        // The same run again from the adapters: they are trained further, whether the recipe names them or not.
        foreach (LoraConfig? lora in (LoraConfig?[])[_lora, null])
        {
            TrainingRun further = TrainingRun.Prepare(Language(1, lora), Options("further") with { Init = _folder["out/last"] });
            Assert.Equal(now, Values((LanguageModel)further.Model));
            further.Run(cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(_folder["base"], LanguageModel.Load(_folder["further"]).Description.Base!.Path);
        }

        Require("ask", Language(1, _lora with { Rank = 3 }), Options("x") with { Init = _folder["out"] }, "has adapters of rank 2");
    }

    [Fact]
    public void ResumesBitForBitWhereverTheBaseIs()
    {
        TrainingRun whole = TrainingRun.Prepare(Language(6), Options("whole"));
        whole.Run(cancellation: TestContext.Current.CancellationToken);
        using CancellationTokenSource stop = new();
        TrainingRun.Prepare(Language(6), Options("parts")).Run(progress =>
        {
            if (progress.Step == 3)
            {
                stop.Cancel();
            }
        }, stop.Token);
        Directory.Move(_folder["base"], _folder["moved"]);
        Require("moved", Language(6), Options("parts") with { Resume = true }, "No model was found");
        TrainingRun resumed = TrainingRun.Prepare(Language(6), Options("parts") with { Resume = true, Init = _folder["moved"] });
        Assert.Equal(3, resumed.Step);
        resumed.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Values((LanguageModel)whole.Model), Values((LanguageModel)resumed.Model));
        foreach (string file in (string[])[CheckpointFolder.AdapterFile, CheckpointFolder.OptimizerFile])
        {
            Assert.Equal(File.ReadAllBytes(_folder[$"whole/last/{file}"]), File.ReadAllBytes(_folder[$"parts/last/{file}"]));
        }
    }

    [Fact]
    public void CheckpointsOfAdaptersAreAveraged()
    {
        LanguageModelRecipe recipe = Language(4);
        recipe = recipe with { Training = recipe.Training with { EvaluateEvery = 2, KeepCheckpoints = 2 } };
        TrainingRun.Prepare(recipe, Options("out")).Run(cancellation: TestContext.Current.CancellationToken);
        Dictionary<string, float[]>[] recent =
            [.. Directory.GetDirectories(_folder["out/recent"]).Order().Select(folder => Values(LanguageModel.Load(folder)))];
        Dictionary<string, float[]> mean = Values(LanguageModel.Load(_folder["out/average"]));
        Assert.Equal(2, recent.Length);
        Assert.All(mean, value => Assert.All(
            value.Value.Index(), x => Assert.Equal((recent[0][value.Key][x.Index] + recent[1][value.Key][x.Index]) / 2, x.Item, 1e-6f)));
        Assert.True(File.Exists(_folder["out/average/adapter_model.safetensors"]));
    }

    [Fact]
    public void WithoutAStartTheWholeModelIsSaved()
    {
        TrainingRun run = TrainingRun.Prepare(Language(2), Options("out") with { Init = null });
        Assert.Contains(run.Notes, note => note.Contains("keep random values", StringComparison.Ordinal));
        run.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.True(File.Exists(_folder["out/last/model.safetensors"]));
        LanguageModel model = LanguageModel.Load(_folder["out/last"]);
        Assert.Equal(Values((LanguageModel)run.Model), Values(model));
        model.MergeAdapter();
        model.Save(_folder["merged"]);
        Assert.Null(LanguageModel.Load(_folder["merged"]).Lora);
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        LanguageModelRecipe recipe = Language(1);
        Require("both", recipe with { Training = recipe.Training with { Trainable = TrainableParameters.AttentionOnly } }, Options("out"),
            "model.lora trains its adapters alone", "'attention_only'");
        Require("target", Language(1, _lora with { Targets = ["gate"] }), Options("out"), "'gate'", "query, key, value, out, fc1, fc2");
        Require("inside", recipe, Options("base/best") with { Output = _folder["base"] }, "is a model itself");
        TrainingRun.Prepare(Language(1, null), Options("run")).Run(cancellation: TestContext.Current.CancellationToken);
        Require("moved aside", recipe, Options("run") with { Init = _folder["run"] }, "lies in the output folder");
        Require("moved aside", recipe, Options("run") with { Init = _folder["run/best"] }, "lies in the output folder");
        Assert.True(Directory.Exists(_folder["run/best"]));
    }

    [Fact]
    public void AdaptersOfATranslationModelAreSavedAlone()
    {
        TranslationRecipe recipe = new()
        {
            Architecture = Recipe.TransformerTranslation,
            Model = new EncoderDecoderConfig { Dim = 16, Heads = 2, Ffn = 16, EncoderLayers = 1, DecoderLayers = 1, PreNorm = true },
            Tokenizer = new TranslationTokenizerRecipe { Type = TokenizerKind.Word },
            Data = new TranslationDataRecipe { Source = "builtin:translation" },
            Training = new TranslationTrainingRecipe { Steps = 3, MaxTokens = 60, EvaluateEvery = 3 },
        };
        TrainingRun.Prepare(recipe, new TrainingOptions { Output = _folder["first"] }).Run(
            cancellation: TestContext.Current.CancellationToken);
        LoraConfig lora = new() { Rank = 2, Targets = ["cross_attn.query", "fc1"] };
        TrainingRun run = TrainingRun.Prepare(
            recipe with { Model = recipe.Model with { Lora = lora } },
            new TrainingOptions { Output = _folder["second"], Init = _folder["first"] });
        run.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.False(File.Exists(_folder["second/best/model.safetensors"]));
        TranslationModel model = TranslationModel.Load(_folder["second"]);
        Assert.Equal(Values(run.Model.Module), Values(model.Module));
        model.SaveAdapter(_folder["peft"]);
        TranslationModel other = TranslationModel.Load(_folder["first"], new AdapterOptions { Adapter = _folder["peft"] });
        Assert.Equal(Values(model.Module), Values(other.Module));
        model.MergeAdapter();
        model.SaveNew(_folder["merged"]);
        Assert.Equal(Values(model.Module), Values(TranslationModel.Load(_folder["merged"]).Module));
        Assert.IsType<TranslationModel>(TrainedModel.Open(_folder["peft"]));
    }

    private static LanguageModelConfig Model(LoraConfig? lora) => new()
    {
        Dim = 16,
        Layers = 2,
        Heads = 2,
        Ffn = 24,
        Positions = PositionKind.Learned,
        MaxPositions = 16,
        Lora = lora,
    };

    private static LanguageModelRecipe Language(int steps) => Language(steps, _lora);

    private static LanguageModelRecipe Language(int steps, LoraConfig? lora) => new()
    {
        Architecture = Recipe.TransformerLanguageModel,
        Model = Model(lora),
        Tokenizer = new TokenizerRecipe { Type = TokenizerKind.Byte },
        Data = new DataRecipe { ValidationFraction = 0.1 },
        Training = new TrainingRecipe
        {
            Steps = steps,
            Batch = 2,
            Context = 8,
            LogEvery = 1,
            EvaluateEvery = 100,
            Schedule = new ScheduleRecipe { Lr = 1e-2 },
        },
    };

    private static Dictionary<string, float[]> Values(LanguageModel model) => Values(model.Network);

    private static Dictionary<string, float[]> Values(Module module) =>
        module.Parameters().ToDictionary(named => named.Name, named => named.Parameter.ToArray());

    private static void Require(string what, Recipe recipe, TrainingOptions options, params string[] mentions)
    {
        string message = Assert.Throws<InputException>(() => TrainingRun.Prepare(recipe, options)).Message;
        Assert.All(mentions, mention => Assert.True(message.Contains(mention, StringComparison.Ordinal), $"{what}: {message}"));
    }

    private TrainingOptions Options(string output) =>
        new() { Output = _folder[output], Data = _folder["text.txt"], Init = _folder["base"] };
}
