using System.CommandLine;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Cli.Families;

/// <summary>Language models.</summary>
internal sealed class LanguageModelFamily : ModelFamily
{
    /// <inheritdoc/>
    public override void RefuseForTraining(ParseResult result, string source, Option validation, Option tooLong)
    {
        CommonOptions.Refuse(result,
            $"applies to translation; {source} is the recipe of a language model, whose text has a validation part", validation);
        CommonOptions.Refuse(result, $"applies to translation; {source} is the recipe of a language model", tooLong);
    }

    /// <inheritdoc/>
    public override void Evaluate(TrainedModel model, ParseResult result, EvalOptions options, Terminal terminal)
    {
        LanguageModel languageModel = (LanguageModel)model;
        string name = result.GetRequiredValue(options.Model);
        if (languageModel.Network.Stack.ReadsHistory)
        {
            CommonOptions.Refuse(
                result, $"applies to models that read block by block; {name} reads what its spans reach", options.ContextWindow);
        }

        CommonOptions.Refuse(
            result, $"applies to translation models; {name} is a language model", [options.Exits, .. options.Search.All]);
        LanguageModelScores.Write(terminal, ModelEvaluation.Run(languageModel, new ModelEvaluationOptions
        {
            Data = result.GetValue(options.Data),
            Split = SplitOption.Parse(result.GetRequiredValue(options.Split)),
            ContextWindow = result.GetValue(options.ContextWindow),
        }), result.GetValue(options.Json));
    }

    /// <inheritdoc/>
    public override IEnumerable<TextScore> Score(TrainedModel model, ParseResult result, ScoreOptions options, string? text)
    {
        LanguageModel language = (LanguageModel)model;
        CommonOptions.Refuse(
            result, $"applies to translation models; {result.GetRequiredValue(options.Model)} is a language model", options.Sources);
        bool logits = result.GetValue(options.Logits);
        return text is not null ? [TextScorer.Score(language, text, logits)]
            : result.GetValue(options.Ids) is { Length: > 0 } ids ? [TextScorer.Score(language, ids, logits)]
            : TextScorer.ScoreLines(language, result.GetRequiredValue(options.Data)!, logits);
    }

    /// <inheritdoc/>
    public override string Token(TrainedModel model, int id) => ((LanguageModel)model).Tokenizer.Decode([id]);

    /// <inheritdoc/>
    public override TrainingMeasurement MeasureTraining(Recipe recipe, string? source, TrainingSizes sizes, bool profile, bool replay)
    {
        LanguageModelRecipe language = (LanguageModelRecipe)recipe;
        int batch = sizes.Batch ?? language.Training.Batch, context = sizes.Sequence ?? language.Training.Context;
        language = language with
        {
            Training = language.Training with { Batch = batch, Context = context },
            Model = language.Model with
            {
                Layers = sizes.Layers ?? language.Model.Layers,
                Dim = sizes.Dim ?? language.Model.Dim,
                Heads = sizes.Heads ?? language.Model.Heads,
                Vocab = sizes.Vocab ?? language.Model.Vocab,
                MaxPositions = Math.Max(context, language.Model.MaxPositions),
            },
        };
        language.Validate(source ?? "mt bench train");
        return TrainingBenchmark.Run(
            RecipeVocabulary.Resolve(language, source ?? ""), batch, context, sizes.Steps, source is null ? null : language.Training,
            profile, replay);
    }

    /// <inheritdoc/>
    public override Recipe WithVocabulary(Recipe recipe, string source, string? text)
    {
        LanguageModelRecipe language = (LanguageModelRecipe)recipe;
        return language with { Model = RecipeVocabulary.Resolve(language, source, text) };
    }

    /// <inheritdoc/>
    protected override bool Has(Recipe recipe) => recipe is LanguageModelRecipe;

    /// <inheritdoc/>
    protected override bool Has(TrainedModel model) => model is LanguageModel;
}
