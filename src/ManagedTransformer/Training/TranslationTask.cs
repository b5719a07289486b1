using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Evaluation.Metrics;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Training;

/// <summary>Trains a translation model on sentence pairs.</summary>
internal sealed class TranslationTask : TrainingTask
{
    private const int MostNotes = 5;

    private static readonly TranslationOptions _greedy = new()
    {
        Search = new BeamSearchOptions { Beam = 1 },
        Batch = 64,
        TooLong = TooLongSentences.Empty,
    };
    private readonly TranslationRecipe _recipe;
    private readonly TranslationData _data;
    private readonly FittingPairs? _validation;

    /// <summary>Loads the pairs and builds the model.</summary>
    /// <param name="recipe">A checked recipe.</param>
    /// <param name="options">Data, seed and so on.</param>
    /// <param name="checkpoint">The checkpoint that the run will be resumed from; null: a fresh run.</param>
    public TranslationTask(TranslationRecipe recipe, TrainingOptions options, string? checkpoint)
    {
        TranslationModel? start = options.Init is not null && checkpoint is null ? TranslationModel.Load(options.Init) : null;
        if (options.Init is not null)
        {
            recipe = WithModel(recipe, start?.Description ?? TranslationModel.ReadDescription(checkpoint!), options.Init);
        }

        _data = TranslationData.Load(recipe.Tokenizer, Data(recipe.Data, options),
            checkpoint is not null
                ? TranslationModel.ReadTokenizers(checkpoint, recipe.Data.Lowercase)
                : start is null ? null : (start.Source, start.Target));
        EncoderDecoderConfig config = WithVocabularies(recipe.Model, _data.Source, _data.Target);
        _recipe = recipe with { Model = config };
        TranslationTrainingRecipe training = recipe.Training;
        List<string> left = [];
        TooLongSentences rule = options.TooLong == TooLongSentences.Error ? TooLongSentences.Error : TooLongSentences.Skip;
        int[] fitting = FittingPairs.Choose(_data.TrainText, _data.Train, SentenceLimit.Of(config, training.MaxTokens), rule, left.Add);
        TokenPair[] train = [.. fitting.Select(pair => _data.Train[pair])];
        List<string> leftOfValidation = [];
        _validation = _data.ValidationText is null ? null
            : FittingPairs.Of(
                _data.ValidationText, _data.Validation, config, options.TooLong ?? TooLongSentences.Error, leftOfValidation.Add);
        Notes = [DescribeData(train.Length), .. Shorten(left), .. Shorten(leftOfValidation)];
        PairBatches batches = new(train, new PairBatchesOptions
        {
            MaxTokens = training.MaxTokens,
            MaxSentences = training.MaxSentences,
            Multiple = training.BatchMultiple,
            Seed = options.Seed,
        });
        Steps = options.Steps ?? (training.Epochs == 0 ? training.Steps
            : (((long)training.Epochs * batches.BatchesPerEpoch) + training.Accumulate - 1) / training.Accumulate);
        RandomSource random = new(options.Seed);
        random.MoveTo(InitializationPosition);
        EncoderDecoderModel network = start is not null && start.Network.Config.Exits == config.Exits
            ? start.Network
            : new EncoderDecoderModel(config, random);
        if (start is not null && network != start.Network)
        {
            CopyShared(start.Network, network, options.Init!);
        }

        Trainer = new TranslationTrainer(network, training, batches, Steps, random);
        Model = new TranslationModel(network, _data.Source, _data.Target, new TranslationDescription
        {
            Architecture = recipe.Architecture,
            Model = config,
            Lowercase = recipe.Data.Lowercase,
            Data = _data.Recipe.WithFullNames(),
        });
        Fingerprint = _data.Fingerprint(_recipe);
    }

    /// <inheritdoc/>
    public override TranslationModel Model { get; }

    /// <inheritdoc/>
    public override Trainer Trainer { get; }

    /// <inheritdoc/>
    public override UpdateRecipe Recipe => _recipe.Training;

    /// <inheritdoc/>
    public override long Steps { get; }

    /// <inheritdoc/>
    public override string Fingerprint { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public override Validation? Validate(bool everything, CancellationToken cancellation)
    {
        if (_validation is null)
        {
            return null;
        }

        LanguageModelMetrics metrics = TranslationEvaluator.Score(Model.Network, _validation.Tokens, cancellation);
        double? bleu = _recipe.Training.EvaluateBleu == 0 ? null : Bleu(_recipe.Training.EvaluateBleu, cancellation);
        return new Validation(new ValidationResult(metrics.Loss, IsBest: false) { Bleu = bleu }, metrics.Loss,
            _recipe.Training.BestBy == BestBy.Bleu ? -bleu!.Value : metrics.Loss);
    }

    /// <inheritdoc/>
    public override string? Sample()
    {
        SentencePair[] shown = [.. (_validation?.Text.Pairs ?? []).Take(_recipe.Training.SampleSentences)];
        return shown.Length == 0 ? null : string.Join("\n", shown.Zip(Greedy(shown.Length, CancellationToken.None),
            (pair, translation) => $"source:      {pair.Source}\ntranslation: {translation}\nreference:   {pair.Target}"));
    }

    private double Bleu(int sentences, CancellationToken cancellation)
    {
        string[] translations = Greedy(sentences, cancellation);
        string[] references = [.. _validation!.Text.Pairs.Take(translations.Length).Select(pair => pair.Target)];
        return new Bleu(new BleuOptions { Lowercase = _recipe.Data.Lowercase }).Corpus(translations, references).Score;
    }

    private string[] Greedy(int sentences, CancellationToken cancellation)
    {
        IEnumerable<string> sources = _validation!.Text.Pairs.Take(sentences).Select(pair => pair.Source);
        return [.. Model.Translate(sources, _greedy, cancellation).Select(translation => translation.Text)];
    }

    private string DescribeData(int kept)
    {
        ParallelCorpus text = _data.TrainText;
        (int Pairs, string Why)[] left =
        [
            (text.EmptyPairs, "with an empty side"), (text.LongPairs, "with too many words"), (text.UnevenPairs, "of uneven lengths"),
            (text.Pairs.Count - kept, "too long"),
        ];
        string reasons = string.Join(", ", left.Where(reason => reason.Pairs > 0).Select(reason => $"{reason.Pairs:N0} {reason.Why}"));
        string sizes = $"vocabularies of {_data.Source.VocabularySize:N0} and {_data.Target.VocabularySize:N0} tokens";
        string leftOut = reasons.Length > 0 ? $" (left out: {reasons})" : "";
        return $"{kept:N0} sentence pairs{leftOut}, {_validation?.Text.Pairs.Count ?? 0:N0} to validate on, {sizes}.";
    }

    private static List<string> Shorten(List<string> notes) => notes.Count <= MostNotes
        ? notes
        : [.. notes.Take(MostNotes), $"{notes.Count - MostNotes:N0} more sentences are too long."];

    private static TranslationDataRecipe Data(TranslationDataRecipe data, TrainingOptions options)
    {
        data = options.Data is { } train ? data.WithTraining(train) : data;
        return options.Validation is { } validation ? data.WithValidation(validation) : data;
    }

    private static TranslationRecipe WithModel(TranslationRecipe recipe, TranslationDescription description, string folder)
    {
        // The second stage of depth-adaptive training: the recipe says what the exits learn.
        EncoderDecoderConfig model = recipe.Model.Exits is null ? description.Model : description.Model with { Exits = recipe.Model.Exits };
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

    private static EncoderDecoderConfig WithVocabularies(EncoderDecoderConfig model, SentenceTokenizer source, SentenceTokenizer target)
    {
        Require(model.SrcVocab, source.VocabularySize, "src_vocab");
        Require(model.Vocab, target.VocabularySize, "vocab");
        return model with { SrcVocab = source.VocabularySize, Vocab = target.VocabularySize };

        static void Require(int written, int actual, string key)
        {
            if (written != 0 && written != actual)
            {
                throw new InputException(
                    $"The recipe's model.{key} is {written}, and its tokenizer has {actual} ids, "
                    + "the four special ones included; leave the key out.");
            }
        }
    }
}
