using ManagedTransformer.Recipes;
using ManagedTransformer.Sweeps;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Recipes;

/// <summary>Changes of a recipe by the paths of its keys.</summary>
public sealed class RecipeChangeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ValuesOfEveryKindAreChanged()
    {
        LanguageModelRecipe changed = (LanguageModelRecipe)Recipe.Builtin("stories").With(
            "training.schedule.lr=3e-4", "training.optimizer.betas=[0.8, 0.9]", "training.optimizer.betas[1]=0.95",
            "training.optimizer.betas.0=0.7", "model.tie=false", "tokenizer.type=byte", "training.sample_prompt=null",
            "model.lora.rank=2", "model.lora.alpha=4", "description=a = b", "data.source=\"12\"");
        Assert.Equal(3e-4, changed.Training.Schedule.Lr);
        Assert.Equal([0.7f, 0.95f], changed.Training.Optimizer.Betas);
        Assert.False(changed.Model.Tie);
        Assert.Equal(TokenizerKind.Byte, changed.Tokenizer.Type);
        Assert.Null(changed.Training.SamplePrompt);
        Assert.Equal(2, changed.Model.Lora!.Rank);
        Assert.Equal("a = b", changed.Description);
        Assert.Equal("12", changed.Data.Source);

        // All else is as it was.
        LanguageModelRecipe before = (LanguageModelRecipe)Recipe.Builtin("stories");
        Assert.Equal(before.Model with { Tie = false, Lora = changed.Model.Lora }, changed.Model);
        Assert.Equal(before.Training.Schedule with { Lr = 3e-4 }, changed.Training.Schedule);
    }

    [Fact]
    public void EveryRecipeOfTheLibraryIsTheSameAfterAChangeOfNothing()
    {
        foreach (string name in Recipe.BuiltinNames)
        {
            Recipe recipe = Recipe.Builtin(name);
            RecipeKind kind = RecipeKind.Of(recipe.Architecture);
            Assert.Equal(kind.Write(recipe), kind.Write(recipe.With("training.steps=7").With($"training.steps={Steps(recipe)}")));
        }

        static long Steps(Recipe recipe) => recipe is LanguageModelRecipe language ? language.Training.Steps
            : ((TranslationRecipe)recipe).Training.Steps;
    }

    [Theory]
    [InlineData("training.schedule.lr", "needs KEY=VALUE")]
    [InlineData("=3", "needs KEY=VALUE")]
    [InlineData("training.schdule.lr=1", "no key 'training.schdule' (did you mean 'training.schedule'?); the keys of 'training' are")]
    [InlineData("lr=1", "no key 'lr' (did you mean 'training.schedule.lr'?); its keys are $schema, architecture, description, model")]
    [InlineData("training.warp=1", "no key 'training.warp'; the keys of 'training' are")]
    [InlineData("training.steps.x=1", "'training.steps' is a single value")]
    [InlineData("training.optimizer.betas[2]=1", "'training.optimizer.betas' has no element 2")]
    [InlineData("training.optimizer.betas.x=1", "'training.optimizer.betas' is a list")]
    [InlineData("training.optimizer.betas[00]=1", "numbered from 0, so there is no '00' in it")]
    [InlineData("training.steps=many", "the value of 'training.steps' must be a number")]
    [InlineData("training.steps=1.5", "the value of 'training.steps' must be a whole number within its range")]
    [InlineData("training.steps=null", "the value of 'training.steps' must be a number")]
    [InlineData("training.optimizer.betas=3", "the value of 'training.optimizer.betas' must be a list")]
    [InlineData("training.sample_prompt=3", "the value of 'training.sample_prompt' must be a text in quotes")]
    [InlineData("model.tie=True", "the value of 'model.tie' must be true or false")]
    [InlineData("model.attention=sofmax", "'model.attention' is 'sofmax', the known ones are softmax,")]
    [InlineData("training.schedule.lr=1e99", "the value of 'training.schedule.lr' is 1e99")]
    [InlineData("training.schedule.lr=-1", "lr, warmup, min_lr, end_lr and total must not be negative")]
    [InlineData("model.heads=3", "model.heads")]
    [InlineData("training.optimizer={\"typ\":1}", "unknown key 'training.optimizer.typ'; the known ones are type, betas,")]
    [InlineData("model.tie=0", "the value of 'model.tie' must be true or false, not the number 0.")]
    [InlineData("architecture=transformer_seq2seq", "cannot change 'architecture'")]
    public void WhatIsWrongIsTold(string change, string expected)
    {
        InputException e = Assert.Throws<InputException>(() => Recipe.Builtin("stories").With(change));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("Recipe.With", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("(line", e.Message, StringComparison.Ordinal);
        Assert.Equal("Recipe.With", e.Option);
    }

    [Fact]
    public void AKeyThatIsChangedTwiceIsRefused()
    {
        TrainingOptions options = new()
        {
            Output = _folder["out"],
            Set = ["training.optimizer.betas.0=0.7", "training.steps=3", "training.optimizer.betas[0]=0.8"],
        };
        InputException e = Assert.Throws<InputException>(() => TrainingRun.Prepare(Recipe.Builtin("stories"), options));
        Assert.Equal(
            "TrainingOptions.Set gives 'training.optimizer.betas[0]' twice, as 0.7 and as 0.8: leave one out.", e.Message);
        Assert.Equal("TrainingOptions.Set", e.Option);
        Assert.False(Directory.Exists(options.Output));
    }

    [Fact]
    public void APartIsNotChangedBeforeTheWhole()
    {
        TrainingOptions options = new()
        {
            Output = _folder["out"],
            Set = ["training.optimizer.betas[0]=0.7", "training.optimizer.betas=[0.9,0.95]"],
        };
        InputException e = Assert.Throws<InputException>(() => TrainingRun.Prepare(Recipe.Builtin("stories"), options));
        Assert.Equal("TrainingOptions.Set gives 'training.optimizer.betas' as a whole after 'training.optimizer.betas[0]', which it "
            + "replaces: leave one out.", e.Message);
    }

    [Theory]
    [InlineData("training.steps=5", "'training.steps' too")]
    [InlineData(" training.steps =5", "'training.steps' too")]
    [InlineData("training={\"steps\":5}", "'training' as a whole")]
    public void StepsAreGivenOnce(string change, string given)
    {
        TrainingOptions options = new() { Output = _folder["out"], Steps = 3, Set = [change] };
        string expected = $"TrainingOptions.Steps is 3 and TrainingOptions.Set gives {given}: leave one out.";
        Assert.Equal(expected, Assert.Throws<InputException>(() => TrainingRun.Prepare(Recipe.Builtin("stories"), options)).Message);
        InputException e = Assert.Throws<InputException>(
            () => Sweep.Prepare(Recipe.Builtin("stories"), options with { Set = [] }, [$"{change},7"]));
        Assert.Equal((expected, "TrainingOptions.Steps"), (e.Message, e.Option));
        Assert.False(Directory.Exists(options.Output));
    }

    [Fact]
    public void AnUnknownKeyOfAFileIsAnsweredWithTheKnownOnes()
    {
        File.WriteAllText(_folder["r.json"], """
            {
              "architecture": "transformer_lm", "model": { "dim": 8, "layers": 1, "heads": 1 },
              "training": { "schedule": { "type": "composed", "parts": [ { "updates": 2 }, { "ratio": 2 } ] } }
            }
            """);
        string message = Assert.Throws<InputException>(() => Recipe.Load(_folder["r.json"])).Message;
        Assert.Contains("unknown key 'training.schedule.parts[1].ratio' (line 3); the known ones are type, lr, warmup,", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ARunSavesAndKeepsItsChanges()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        TrainingOptions options = new()
        {
            Output = _folder["out"],
            Set = ["training.batch=2", "training.context=16", "model.dim=8", "model.heads=1", "model.layers=1", "training.steps=2"],
        };
        TrainingRun.Prepare(Recipe.Builtin("stories"), options).Run(cancellation: token);
        LanguageModelRecipe saved = Recipe.LoadLanguageModel(Path.Combine(options.Output, "recipe.json"));
        Assert.Equal((2, 16, 8, 2L), (saved.Training.Batch, saved.Training.Context, saved.Model.Dim, saved.Training.Steps));

        // What it does not repeat is as it was, and what may change changes.
        TrainingOptions more = options with { Resume = true, Set = ["training.steps=3"] };
        TrainingResult result = TrainingRun.Prepare(Recipe.Builtin("stories"), more).Run(cancellation: token);
        Assert.Equal(3, result.Step);
        Assert.Equal(3, Recipe.LoadLanguageModel(Path.Combine(options.Output, "recipe.json")).Training.Steps);
        result = TrainingRun.Prepare(Recipe.Builtin("stories"), options with { Resume = true, Set = [] }).Run(cancellation: token);
        Assert.Equal(3, result.Step);

        string message = Assert.Throws<InputException>(
            () => TrainingRun.Prepare(Recipe.Builtin("stories"), options with { Resume = true, Set = ["training.batch=3"] })).Message;
        Assert.Contains("(training.batch was 2 and is 3)", message, StringComparison.Ordinal);
    }
}
