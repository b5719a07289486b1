using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Checkpoints.Adapters;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Datasets;
using ManagedTransformer.Json;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Training;

/// <summary>Language models.</summary>
internal sealed class LanguageModelFamily : RecipeFamily<LanguageModelRecipe>
{
    /// <inheritdoc/>
    public override string Architecture => Recipe.TransformerLanguageModel;

    /// <inheritdoc/>
    public override void RequireFit(TrainingOptions options)
    {
        if (options.Validation is not null)
        {
            throw new InputException(
                "Sentence pairs to validate on (TrainingOptions.Validation) are for translation; the recipe is of a language model, "
                + "whose text has a validation part.");
        }
    }

    /// <inheritdoc/>
    public override FamilySummary Summarize(string folder, string? adapter = null) =>
        Summarize(LanguageModel.ReadDescription(folder), adapter);

    /// <summary>What there is to tell of a model without loading its weights.</summary>
    /// <param name="description">The model's description.</param>
    /// <param name="adapter">An adapter beside its maps; null for none.</param>
    /// <exception cref="InputException">The adapter does not fit the model.</exception>
    public static FamilySummary Summarize(ModelDescription description, string? adapter = null)
    {
        if (adapter is not null)
        {
            LoraConfig lora = AdapterFolder.ReadLora(adapter, description.Model.Shapes(), AdapterNames.Of(description.Model));
            description = description with { Model = description.Model with { Lora = lora } };
            description.Model.Validate(adapter);
        }

        return Summary(
            description.Architecture, description.Model, JsonDocuments.Write(description, DescriptionJson.Default.ModelDescription));
    }

    /// <inheritdoc/>
    protected override FamilySummary Summarize(LanguageModelRecipe recipe, string name, string? data)
    {
        recipe = recipe with { Model = RecipeVocabulary.Resolve(recipe, name, data), Schema = null };
        return Summary(recipe.Architecture, recipe.Model, JsonDocuments.Write(recipe, RecipeJson.Default.LanguageModelRecipe));
    }

    /// <inheritdoc/>
    protected override LanguageModelRecipe WithOptions(LanguageModelRecipe recipe, TrainingOptions options) => recipe with
    {
        Data = options.Data is { } data ? recipe.Data with { Source = TextCorpus.FullName(data) } : recipe.Data,
        Training = recipe.Training with { Steps = options.Steps ?? recipe.Training.Steps },
    };

    /// <inheritdoc/>
    protected override IReadOnlyList<string> KeysBesideStart => ["lora"];

    /// <inheritdoc/>
    protected override void RequireTrainable(LanguageModelRecipe recipe, TrainingOptions options) =>
        RequireTrainable(recipe.SmallestModel(), recipe.Training, options);

    /// <inheritdoc/>
    protected override LanguageModelTask CreateTask(LanguageModelRecipe recipe, TrainingOptions options, string? checkpoint)
    {
        LanguageModel? start = AdapterStart.IsNeeded(checkpoint)
            ? LanguageModel.Load(checkpoint!, adapter: AdapterStart.BaseOf(options.Init))
            : options.Init is not null && checkpoint is null ? LanguageModel.Load(options.Init) : null;
        start?.RequireFloats(options.Init ?? checkpoint!, "trained");
        ModelDescription? description = options.Init is null ? null : start?.Description ?? LanguageModel.ReadDescription(checkpoint!);
        if (description is not null)
        {
            recipe = WithModel(recipe, description, options.Init!);
        }

        ChatTemplate? template = start?.ChatTemplate ?? (checkpoint is null ? null : ChatTemplateFiles.Read(checkpoint));
        TrainingData data = TrainingData.Load(
            recipe, options.Data, checkpoint is null ? start?.Tokenizer : ReadTokenizer(checkpoint), template);
        recipe = recipe with { Model = WithVocabulary(recipe.Model, data.Tokenizer.VocabularySize, options.RecipeName) };
        TrainingRecipe training = recipe.Training;
        RequireTrainable(recipe.Model, training, options);
        long steps = options.Steps ?? training.Steps;
        RandomSource random = TrainingTask.InitialRandom(options.Seed);
        AdapterStart.Attach(start, recipe.Model.Lora, random, options.Output);
        CausalLanguageModel network = start?.Network ?? new CausalLanguageModel(recipe.Model, random);
        bool isTransfer = training.Stage == TrainingStage.Transfer;
        if (isTransfer && recipe.Model.Lolcats?.IsSoftmaxWithin(training.Context) == true)
        {
            throw new InputException(
                $"{options.RecipeName}: training.context is {training.Context}, and windows of the model reach over as many positions: the "
                + "maps would not be used; give longer texts or a shorter lolcats.window_size.");
        }

        LanguageModelTrainer trainer = isTransfer
            ? new AttentionTransferTrainer(network, training, data, steps, random, options.Seed)
            : new LanguageModelTrainer(network, training, data, steps, random, options.Seed);
        RequireBlock(data);
        LanguageModel model = new(network, data.Tokenizer, new ModelDescription
        {
            Architecture = recipe.Architecture,
            Model = recipe.Model,
            Context = training.Context,
            EvaluateContextWindow = training.EvaluateContextWindow,
            EndOfText = description?.EndOfText,
            Data = data.Recipe with { Source = TextCorpus.FullName(data.Recipe.Source!) },
        })
        {
            ChatTemplate = data.HasConversations ? data.Template : template,
        };
        if (start is not null)
        {
            model.StandBeside(start);
        }

        IReadOnlyList<string> notes =
        [
            .. AdapterStart.Notes(recipe.Model.Lora, network, options.Init is not null), .. Notes(recipe, options.Init is not null),
        ];
        return isTransfer
            ? new AttentionTransferTask(recipe, data, model, trainer, steps, notes)
            : new LanguageModelTask(recipe, data, model, trainer, steps, notes);
    }

    private static IEnumerable<string> Notes(LanguageModelRecipe recipe, bool hasStart)
    {
        if (recipe.Training.Stage == TrainingStage.Transfer && !hasStart)
        {
            yield return "The softmax to copy has random weights: --init (TrainingOptions.Init) names a converted model.";
        }

        if (recipe.Model.Lolcats?.IsSoftmaxWithin(recipe.Training.Context) == true)
        {
            yield return $"Texts of {recipe.Training.Context} tokens lie within the windows of the model: its feature maps are neither "
                + "trained nor measured.";
        }
    }

    private static FamilySummary Summary(string architecture, LanguageModelConfig model, byte[] configuration)
    {
        CausalLanguageModel shapes = model.Shapes();
        return new FamilySummary(
            architecture, configuration, shapes, facts => shapes.Slots.Describe(facts with { Module = shapes, Stack = shapes.Stack }));
    }

    private static void RequireTrainable(LanguageModelConfig model, TrainingRecipe training, TrainingOptions options)
    {
        CausalLanguageModel shapes = model.Shapes();
        training.RequireTrained(shapes, options.RecipeName);
        MemoryNeed.RequireToTrain(shapes, training, model.Lora is not null, options);
        MemoryNeed.RequireForBatch(
            (long)training.Batch * training.Context, model.Dim, model.Layers, options.RecipeName, "training.batch times training.context");
    }

    private static LanguageModelRecipe WithModel(LanguageModelRecipe recipe, ModelDescription description, string folder)
    {
        LoraConfig? lora = AdapterStart.Choose(recipe.Model.Lora, description.Model.Lora, folder);
        recipe = recipe with { Architecture = description.Architecture, Model = description.Model with { Lora = lora } };
        recipe.Validate($"the recipe with the model of '{folder}'");
        return recipe;
    }

    private static ITokenizer ReadTokenizer(string checkpoint) => LimitedTokenizer.For(
        Tokenizer.Load(Path.Combine(checkpoint, CheckpointFolder.TokenizerFile)), LanguageModel.ReadDescription(checkpoint).Model.Vocab);

    private static LanguageModelConfig WithVocabulary(LanguageModelConfig model, int vocabulary, string where)
    {
        if (model.Vocab != 0 && model.Vocab < vocabulary)
        {
            throw new InputException(
                $"{where}: model.vocab ({model.Vocab}) is smaller than the tokenizer's vocabulary ({vocabulary}).");
        }

        if (model.Vocab != 0)
        {
            return model;
        }

        // Checked with the smallest vocabulary that everything fits into, before the tokenizer decided.
        model = model with { Vocab = vocabulary };
        model.Validate(where);
        return model;
    }

    private static void RequireBlock(TrainingData data)
    {
        if (data.Validation is { Length: < 2 } validation)
        {
            throw new InputException(
                $"{data.Corpus.Name}: the validation text has {TextSize.Tokens(validation.Length)}, an evaluation needs at least 2.");
        }
    }
}
