using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Checkpoints.Adapters;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Generation;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Training;

/// <summary>Translation models.</summary>
internal sealed class TranslationFamily : RecipeFamily<TranslationRecipe>
{
    private const int MostNotes = 5;

    /// <inheritdoc/>
    public override string Architecture => Recipe.TransformerTranslation;

    /// <inheritdoc/>
    public override FamilySummary Summarize(string folder, string? adapter = null)
    {
        TranslationDescription description = TranslationModel.ReadDescription(folder);
        if (adapter is not null)
        {
            LoraConfig lora = AdapterFolder.ReadLora(adapter, description.Model.Shapes(), AdapterNames.Translation);
            description = description with { Model = description.Model with { Lora = lora } };
            description.Model.Validate(adapter);
        }

        return Summary(description.Architecture, description.Model,
            JsonDocuments.Write(description, DescriptionJson.Default.TranslationDescription));
    }

    /// <inheritdoc/>
    protected override FamilySummary Summarize(TranslationRecipe recipe, string name, string? data)
    {
        recipe = recipe with { Model = RecipeVocabulary.Resolve(recipe, name, data), Schema = null };
        return Summary(recipe.Architecture, recipe.Model, JsonDocuments.Write(recipe, RecipeJson.Default.TranslationRecipe));
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> KeysBesideStart => ["lora", "exits"];

    /// <inheritdoc/>
    protected override void RequireTrainable(TranslationRecipe recipe, TrainingOptions options) =>
        RequireTrainable(recipe.SmallestModel(), recipe.Training, options);

    /// <inheritdoc/>
    protected override TranslationTask CreateTask(TranslationRecipe recipe, TrainingOptions options, string? checkpoint)
    {
        TranslationModel? start = AdapterStart.IsNeeded(checkpoint)
            ? TranslationModel.Load(checkpoint!, AdapterStart.BaseOf(options.Init))
            : options.Init is not null && checkpoint is null ? TranslationModel.Load(options.Init) : null;
        start?.RequireFloats(options.Init ?? checkpoint!, "trained");
        if (options.Init is not null)
        {
            recipe = WithModel(recipe, start?.Description ?? TranslationModel.ReadDescription(checkpoint!), options.Init);
        }

        TranslationData data = TranslationData.Load(recipe.Tokenizer, Data(recipe.Data, options),
            checkpoint is not null
                ? TranslationModel.ReadTokenizers(checkpoint, recipe.Data.Lowercase)
                : start is null ? null : (start.Source, start.Target));
        EncoderDecoderConfig config = WithVocabularies(recipe.Model, data.Source, data.Target, options.RecipeName);
        recipe = recipe with { Model = config };
        TranslationTrainingRecipe training = recipe.Training;
        RequireTrainable(config, training, options);
        (TokenPair[] train, FittingPairs? validation, IReadOnlyList<string> notes) = ChoosePairs(data, recipe, options);
        PairBatches batches = new(train, new PairBatchesOptions
        {
            MaxTokens = training.MaxTokens,
            MaxSentences = training.MaxSentences,
            Multiple = training.BatchMultiple,
            Seed = options.Seed,
        });
        long steps = options.Steps ?? (training.Epochs == 0 ? training.Steps
            : (((long)training.Epochs * batches.BatchesPerEpoch) + training.Accumulate - 1) / training.Accumulate);
        RandomSource random = TrainingTask.InitialRandom(options.Seed);
        AdapterStart.Attach(start, recipe.Model.Lora, random, options.Output);
        EncoderDecoderModel network = start is not null && start.Network.Config.Exits == config.Exits
            ? start.Network
            : new EncoderDecoderModel(config, random);
        if (start is not null && network != start.Network)
        {
            CopyShared(start.Network, network, options.Init!);
        }

        TranslationTrainer trainer = new(network, training, batches, steps, random);
        TranslationModel model = new(network, data.Source, data.Target, new TranslationDescription
        {
            Architecture = recipe.Architecture,
            Model = config,
            Lowercase = recipe.Data.Lowercase,
            Data = data.Recipe.WithFullNames(),
        });
        if (network == start?.Network)
        {
            model.StandBeside(start);
        }

        return new TranslationTask(recipe, data, validation, model, trainer, steps,
            [.. notes, .. AdapterStart.Notes(config.Lora, network, options.Init is not null)]);
    }

    /// <inheritdoc/>
    protected override TranslationRecipe WithOptions(TranslationRecipe recipe, TrainingOptions options) => recipe with
    {
        Data = options.Data is null && options.Validation is null ? recipe.Data : Data(recipe.Data, options).WithFullNames(),
        Training = options.Steps is { } steps ? recipe.Training with { Steps = steps, Epochs = 0 } : recipe.Training,
    };

    private static FamilySummary Summary(string architecture, EncoderDecoderConfig model, byte[] configuration)
    {
        EncoderDecoderModel shapes = model.Shapes();
        return new FamilySummary(architecture, configuration, shapes,
            facts => shapes.Slots.Describe(facts with { Module = shapes, Stack = shapes.Decoder.Stack, Encoder = shapes.Encoder.Stack }));
    }

    /// <summary>The pairs that the model can read, and what a person should know about the others.</summary>
    private static (TokenPair[] Train, FittingPairs? Validation, IReadOnlyList<string> Notes) ChoosePairs(
        TranslationData data, TranslationRecipe recipe, TrainingOptions options)
    {
        List<string> left = [], leftOfValidation = [];
        TooLongSentences rule = options.TooLong == TooLongSentences.Error ? TooLongSentences.Error : TooLongSentences.Skip;
        int[] fitting = FittingPairs.Choose(
            data.TrainText, data.Train, SentenceLimit.Of(recipe.Model, recipe.Training.MaxTokens), rule, left.Add);
        FittingPairs? validation = data.ValidationText is null ? null
            : FittingPairs.Of(
                data.ValidationText, data.Validation, recipe.Model, options.TooLong ?? TooLongSentences.Error, leftOfValidation.Add);
        return ([.. fitting.Select(pair => data.Train[pair])], validation,
            [DescribeData(data, fitting.Length, validation), .. Shorten(left), .. Shorten(leftOfValidation)]);
    }

    private static string DescribeData(TranslationData data, int kept, FittingPairs? validation)
    {
        ParallelCorpus text = data.TrainText;
        (int Pairs, string Why)[] left =
        [
            (text.EmptyPairs, "with an empty side"), (text.LongPairs, "with too many words"), (text.UnevenPairs, "of uneven lengths"),
            (text.Pairs.Count - kept, "too long"),
        ];
        string reasons = string.Join(", ", left.Where(reason => reason.Pairs > 0).Select(reason => $"{reason.Pairs:N0} {reason.Why}"));
        string sizes = $"vocabularies of {data.Source.VocabularySize:N0} and {data.Target.VocabularySize:N0} tokens";
        string leftOut = reasons.Length > 0 ? $" (left out: {reasons})" : "";
        return $"{kept:N0} sentence pairs{leftOut}, {validation?.Text.Pairs.Count ?? 0:N0} to validate on, {sizes}.";
    }

    private static List<string> Shorten(List<string> notes) => notes.Count <= MostNotes
        ? notes
        : [.. notes.Take(MostNotes), $"{notes.Count - MostNotes:N0} more sentences are too long."];

    private static TranslationDataRecipe Data(TranslationDataRecipe data, TrainingOptions options)
    {
        data = options.Data is { } train ? data.WithTraining(train) : data;
        return options.Validation is { } validation ? data.WithValidation(validation) : data;
    }

    private static void RequireTrainable(EncoderDecoderConfig model, TranslationTrainingRecipe training, TrainingOptions options)
    {
        EncoderDecoderModel shapes = model.Shapes();
        training.RequireTrained(shapes, options.RecipeName);
        MemoryNeed.RequireToTrain(shapes, training, model.Lora is not null, options);
    }

    private static TranslationRecipe WithModel(TranslationRecipe recipe, TranslationDescription description, string folder)
    {
        // The second stage of depth-adaptive training: the recipe says what the exits learn.
        EncoderDecoderConfig model = recipe.Model.Exits is null ? description.Model : description.Model with { Exits = recipe.Model.Exits };
        model = model with { Lora = AdapterStart.Choose(recipe.Model.Lora, description.Model.Lora, folder) };
        recipe = recipe with { Model = model, Data = recipe.Data with { Lowercase = description.Lowercase } };
        recipe.Validate($"the recipe with the model of '{folder}'");
        return recipe;
    }

    // Only the exit classifier may be new or left behind.
    private static void CopyShared(EncoderDecoderModel source, EncoderDecoderModel target, string folder)
    {
        using NoGradientScope _ = new();
        Dictionary<string, Parameter> values = source.Parameters().ToDictionary(named => named.Name, named => named.Parameter);
        foreach (NamedParameter named in target.Parameters())
        {
            if (values.Remove(named.Name, out Parameter? value) && value.Shape == named.Parameter.Shape)
            {
                named.Parameter.Assign(value);
            }
            else if (!IsHalting(named.Name))
            {
                throw new InputException(
                    $"{folder} has no '{named.Name}' of the shape {named.Parameter.Shape}, which the recipe's model.exits asks for.");
            }
        }

        if (values.Keys.FirstOrDefault(name => !IsHalting(name)) is { } left)
        {
            throw new InputException($"{folder} has '{left}', for which the recipe's model.exits leaves no place.");
        }

        static bool IsHalting(string name) => name.StartsWith("halting.", StringComparison.Ordinal);
    }

    private static EncoderDecoderConfig WithVocabularies(
        EncoderDecoderConfig model, SentenceTokenizer source, SentenceTokenizer target, string where)
    {
        Require(model.SrcVocab, source.VocabularySize, "src_vocab");
        Require(model.Vocab, target.VocabularySize, "vocab");
        model = model with { SrcVocab = source.VocabularySize, Vocab = target.VocabularySize };
        model.Validate(where);
        return model;

        void Require(int written, int actual, string key)
        {
            if (written != 0 && written != actual)
            {
                throw new InputException(
                    $"{where}: model.{key} is {written}, and its tokenizer has {actual} ids, "
                    + "the four special ones included; leave the key out.");
            }
        }
    }
}
