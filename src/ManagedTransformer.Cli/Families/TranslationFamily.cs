using System.CommandLine;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Exits;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Files;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Cli.Families;

/// <summary>Translation models.</summary>
internal sealed class TranslationFamily : ModelFamily
{
    /// <summary>Tokens of either sentence in measurements, where nothing else is said.</summary>
    public const int DefaultSentence = 32;

    /// <inheritdoc/>
    public override void Evaluate(TrainedModel model, ParseResult result, EvalOptions options, Terminal terminal)
    {
        TranslationModel translationModel = (TranslationModel)model;
        string name = result.GetRequiredValue(options.Model);
        string? data = result.GetValue(options.Data);
        CommonOptions.Refuse(result, $"applies to language models; {name} translates", options.ContextWindow);
        if (translationModel.Network.Config.Exits is null)
        {
            CommonOptions.Refuse(result, $"applies to depth-adaptive models; {name} runs all layers", options.Exits);
        }

        if (data is not null)
        {
            CommonOptions.Refuse(
                result, "chooses a part of what the model was trained on; pairs that --data names are scored as a whole", options.Split);
        }

        Write(terminal, translationModel, CommonOptions.Given(result, options.Exits, []), new TranslationEvaluationOptions
        {
            Data = data,
            Split = SplitOption.Parse(result.GetRequiredValue(options.Split)),
            Translation = options.Search.Read(result, terminal, SearchOptions.DefaultBatch),
        }, result.GetValue(options.Json));
    }

    /// <inheritdoc/>
    public override IEnumerable<TextScore> Score(TrainedModel model, ParseResult result, ScoreOptions options, string? text)
    {
        TranslationModel translation = (TranslationModel)model;
        bool logits = result.GetValue(options.Logits);
        if (result.GetValue(options.Data) is { } pairs)
        {
            CommonOptions.Refuse(result, "stands beside --text or --ids; --data names both sides", options.Sources);
            return TextScorer.ScorePairs(translation, pairs, logits);
        }

        IReadOnlyList<int> source = (result.GetValue(options.Source), result.GetValue(options.SourceIds)) switch
        {
            ({ } sentence, null or []) => TextScorer.SourceIds(translation, Utf8Text.Clean(sentence)),
            (null, { Length: > 0 } ids) => ids,
            _ => throw new UsageException(
                $"{result.GetRequiredValue(options.Model)} translates, so mt score needs one of --source and --source-ids."),
        };
        IReadOnlyList<int> target = text is null ? result.GetValue(options.Ids)! : TextScorer.TargetIds(translation, text);
        return [TextScorer.Score(translation, source, target, logits)];
    }

    /// <inheritdoc/>
    public override string Token(TrainedModel model, int id) => ((TranslationModel)model).Target.Decode([id]);

    /// <inheritdoc/>
    public override TrainingMeasurement MeasureTraining(Recipe recipe, string? source, TrainingSizes sizes, bool profile, bool replay)
    {
        if (replay)
        {
            throw new InputException($"{source}: steps of language models are replayed, not those of translation models.");
        }

        TranslationRecipe translation = (TranslationRecipe)recipe;
        int length = sizes.Sequence ?? DefaultSentence;
        translation = translation with
        {
            Model = translation.Model with
            {
                EncoderLayers = sizes.Layers ?? translation.Model.EncoderLayers,
                DecoderLayers = sizes.Layers ?? translation.Model.DecoderLayers,
                Dim = sizes.Dim ?? translation.Model.Dim,
                DecoderDim = sizes.Dim ?? translation.Model.DecoderDim,
                Heads = sizes.Heads ?? translation.Model.Heads,
                SrcVocab = sizes.Vocab ?? translation.Model.SrcVocab,
                Vocab = sizes.Vocab ?? translation.Model.Vocab,
                MaxPositions = Math.Max(length, translation.Model.MaxPositions),
            },
        };
        return TrainingBenchmark.Run(
            RecipeVocabulary.Resolve(translation, source ?? ""), sizes.Batch ?? Math.Max(1, translation.Training.MaxTokens / length),
            length, sizes.Steps, translation.Training, profile);
    }

    /// <inheritdoc/>
    public override Recipe WithVocabulary(Recipe recipe, string source, string? text)
    {
        TranslationRecipe translation = (TranslationRecipe)recipe;
        return translation with { Model = RecipeVocabulary.Resolve(translation, source) };
    }

    /// <inheritdoc/>
    protected override bool Has(Recipe recipe) => recipe is TranslationRecipe;

    /// <inheritdoc/>
    protected override bool Has(TrainedModel model) => model is TranslationModel;

    private static void Write(Terminal terminal, TranslationModel model, string[] rules, TranslationEvaluationOptions options, bool json)
    {
        if (rules.Length == 0)
        {
            TranslationScores.Write(terminal, TranslationEvaluation.Run(model, options), json);
            return;
        }

        ExitComparison.Run(terminal, model, rules, options, json);
    }
}
