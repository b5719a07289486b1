using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>Adapters beside every kind of map of every architecture: an update of the weight, and all that is trained.</summary>
public sealed class LoraTests
{
    private const int Rank = 2;
    private const float Alpha = 3, Scale = Alpha / Rank;

    public static TheoryData<string> Names => [.. LoraModels.Names];

    public static TheoryData<string, string> Targets => [.. LoraModels.Targets];

    [Theory]
    [MemberData(nameof(Targets))]
    public void ChangesWhatTheMergedWeightChanges(string name, string target)
    {
        Module adapted = LoraModels.Create(name, At(target)), merged = LoraModels.Create(name, At(target));
        LoraAdapters.Merge(merged);
        Assert.DoesNotContain(merged.Parameters(), named => LoraAdapters.IsAdapter(named.Name));
        (Tensor whole, Tensor steps) = LoraModels.Scores(adapted);
        (Tensor wholeMerged, Tensor stepsMerged) = LoraModels.Scores(merged);
        ConfigSpace.Near(wholeMerged, whole, 2e-5);
        ConfigSpace.Near(stepsMerged, steps, 2e-5);
        Tensor loss = LoraModels.Loss(adapted, ForwardContext.Inference);
        ConfigSpace.Near(LoraModels.Loss(merged, ForwardContext.Inference), loss, 2e-5);

        Module plain = LoraModels.Create(name, null);
        Assert.NotEqual(LoraModels.Loss(plain, ForwardContext.Inference).Item(), loss.Item());
        if (target != "halting")
        {
            (Tensor wholePlain, Tensor stepsPlain) = LoraModels.Scores(plain);
            Assert.NotEqual(wholePlain.ToArray(), whole.ToArray());
            Assert.NotEqual(stepsPlain.ToArray(), steps.ToArray());
        }
    }

    /// <summary>With W' = W + s B A, dB = s dW' A^T and dA = s B^T dW'.</summary>
    [Theory]
    [MemberData(nameof(Targets))]
    public void HasTheGradientOfTheMergedWeight(string name, string target)
    {
        Module adapted = LoraModels.Create(name, At(target)), merged = LoraModels.Create(name, At(target));
        LoraAdapters.Merge(merged);
        LoraModels.Loss(adapted, ForwardContext.Inference).Backward();
        LoraModels.Loss(merged, ForwardContext.Inference).Backward();
        using NoGradientScope _ = new();
        int found = 0;
        foreach ((NamedMap with, NamedMap without) in LoraAdapters.Maps(adapted).Zip(LoraAdapters.Maps(merged)))
        {
            if (with.Map.Adapter is { } adapter && without.Map.Weight.Gradient is { } gradient)
            {
                gradient = gradient.Contiguous();
                ConfigSpace.Near(gradient.MatMul(adapter.Down.Transpose()) * Scale, adapter.Up.Gradient!, 2e-5);
                ConfigSpace.Near(adapter.Up.Transpose().MatMul(gradient) * Scale, adapter.Down.Gradient!, 2e-5);
                found++;
            }
        }

        Assert.True(found > 0);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void DropsInTrainingOnly(string name, string target)
    {
        Module certain = LoraModels.Create(name, At(target)), dropping = LoraModels.Create(name, At(target) with { Dropout = 0.5f });
        Assert.Equal(
            LoraModels.Loss(certain, ForwardContext.Inference).Item(), LoraModels.Loss(dropping, ForwardContext.Inference).Item());
        Assert.NotEqual(
            LoraModels.Loss(certain, ForwardContext.Training(new RandomSource(1))).Item(),
            LoraModels.Loss(dropping, ForwardContext.Training(new RandomSource(1))).Item());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AreAllThatIsTrained(string name)
    {
        string[] kinds = LoraAdapters.Kinds(LoraAdapters.Maps(LoraModels.Create(name, null))).Split(", ");
        Module model = LoraModels.Create(name, new LoraConfig { Rank = Rank, Targets = kinds });
        IReadOnlyList<NamedParameter> trained = TrainableParameters.All.Choose(model.Parameters());
        Assert.All(trained, named => Assert.Contains(".lora_", $".{named.Name}", StringComparison.Ordinal));
        long values = trained.Sum(named => named.Parameter.Count);
        Assert.Equal(LoraAdapters.Maps(model).Sum(named => (long)Rank * (named.Map.Weight.Shape[0] + named.Map.Weight.Shape[1])), values);

        OptimizerSet optimizer = new OptimizerRecipe().CreateSet(trained);
        Assert.Equal(2 * values, optimizer.State().Sum(state => state.Buffer.Count));

        (string Name, float[] Values)[] before = [.. Values(model)];
        for (int step = 0; step < 2; step++)
        {
            model.ClearGradients();
            LoraModels.Loss(model, ForwardContext.Training(new RandomSource(1))).Backward();
            Assert.All(model.Parameters().Where(named => !LoraAdapters.IsAdapter(named.Name)), named =>
            {
                Assert.Null(named.Parameter.Gradient);
                Assert.Null(named.Parameter.RowGradient);
            });
            optimizer.Step(0.01f, optimizer.GradientNorms());
        }

        foreach (((string parameter, float[] old), (_, float[] now)) in before.Zip(Values(model)))
        {
            Assert.True(LoraAdapters.IsAdapter(parameter) || old.AsSpan().SequenceEqual(now), parameter);
        }

        Assert.Contains(before.Zip(Values(model)), pair => !pair.First.Values.AsSpan().SequenceEqual(pair.Second.Values));
    }

    [Fact]
    public void FreshOnesChangeNothing()
    {
        CausalLanguageModel model = (CausalLanguageModel)LoraModels.Create("rotary", null);
        float[] before = LoraModels.Scores(model).Whole.ToArray();
        model.Attach(new LoraConfig(), new RandomSource(1));
        Assert.Equal(before, LoraModels.Scores(model).Whole.ToArray());
    }

    [Fact]
    public void TargetsAreEndsOfNames()
    {
        Assert.Equal(["layers.0.attn.query", "layers.1.attn.query"], Adapted("rotary", "query"));
        Assert.Equal(["layers.1.attn.query"], Adapted("rotary", "layers.1.attn.query"));
        Assert.Equal(["decoder.layers.0.cross_attn.out", "decoder.layers.1.cross_attn.out"], Adapted("translation", "cross_attn.out"));
        Assert.Equal(["output"], Adapted("rotary", "output"));
        Assert.Equal(2, Adapted("depth_adaptive", "halting").Length);
    }

    [Theory]
    [InlineData("softmax", "gate", "'gate'", "query, key, value, out, fc1, fc2")]
    [InlineData("softmax", "uery", "'uery'", "fc1")]
    [InlineData("softmax", "output", "'output'", "query")] // the table of tokens, which lookups read too
    [InlineData("all_attention", "fc1", "'fc1'", "query, key, value, out")]
    public void ATargetThatNoMapHasIsRefused(string name, string target, params string[] mentions)
    {
        string message = Assert.Throws<InputException>(() => LoraModels.Create(name, At(target))).Message;
        Assert.All(mentions, mention => Assert.Contains(mention, message, StringComparison.Ordinal));
    }

    [Fact]
    public void OptionsOutOfTheirRangeAreRefused()
    {
        Require("lora.rank is 0", new LoraConfig { Rank = 0 });
        Require("lora.rank is 25, it must be from 1 to the width of the model (24)", new LoraConfig { Rank = 25 });
        Require("lora.alpha is 0", new LoraConfig { Alpha = 0 });
        Require("lora.dropout is 1", new LoraConfig { Dropout = 1 });
        Require("lora.targets is empty", new LoraConfig { Targets = [] });
        Require("lora.targets has an empty name", new LoraConfig { Targets = ["query", ""] });
        Require("lora.targets has 'query' twice", new LoraConfig { Targets = ["query", "query"] });

        static void Require(string expected, LoraConfig lora) => Assert.Contains(
            expected, Assert.Throws<InputException>(() => LoraModels.Create("rotary", lora)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TellTheirShareOfTheModel()
    {
        CausalLanguageModel model = (CausalLanguageModel)LoraModels.Create("rotary", new LoraConfig { Targets = ["query", "down"] });
        IReadOnlyList<MechanismReport> reports = new LanguageModelSlots(model.Config).Describe(new ModelFacts { Module = model });
        LoraReport report = Assert.Single(reports.OfType<LoraReport>());
        long trained = 2 * 8 * (24 + 24 + 40 + 24);
        string share = $"at 4 maps (query, down): {trained:N0} of {model.ParameterCount:N0}";
        Assert.Contains(share, report.Sentences[0], StringComparison.Ordinal);
    }

    [Fact]
    public void RoundedWeightsKeepTheirAdapters()
    {
        CausalLanguageModel model = (CausalLanguageModel)LoraModels.Create("rotary", At("query"));
        model.RoundWeights();
        float[] adapted = LoraModels.Scores(model).Steps.ToArray();
        foreach (NamedMap named in LoraAdapters.Maps(model))
        {
            named.Map.Adapter = null;
        }

        Assert.NotEqual(LoraModels.Scores(model).Steps.ToArray(), adapted);
    }

    private static LoraConfig At(string target) => new() { Rank = Rank, Alpha = Alpha, Targets = [target] };

    private static string[] Adapted(string name, string target) =>
    [
        .. LoraAdapters.Maps(LoraModels.Create(name, At(target))).Where(named => named.Map.Adapter is not null).Select(named => named.Name),
    ];

    private static IEnumerable<(string Name, float[] Values)> Values(Module model) =>
        model.Parameters().Select(named => (named.Name, named.Parameter.ToArray()));
}
