using System.CommandLine;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Cli.Families;

/// <summary>A family of models as commands see it: what they do differently for its recipes and its models.</summary>
internal abstract class ModelFamily
{
    private static readonly ModelFamily[] _all = [new LanguageModelFamily(), new TranslationFamily()];

    /// <summary>The family of a recipe.</summary>
    public static ModelFamily Of(Recipe recipe) => _all.First(family => family.Has(recipe));

    /// <summary>The family of a model.</summary>
    public static ModelFamily Of(TrainedModel model) => _all.First(family => family.Has(model));

    /// <summary>Refuses options of <c>mt train</c> that mean nothing for the family.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="source">What to call the recipe.</param>
    /// <param name="validation">The option that names pairs to validate on.</param>
    /// <param name="tooLong">The option that says what happens to pairs that are too long.</param>
    public virtual void RefuseForTraining(ParseResult result, string source, Option validation, Option tooLong)
    {
    }

    /// <summary>Scores a model and prints the scores.</summary>
    /// <param name="model">A model of the family.</param>
    /// <param name="result">The parsed command line of <c>mt eval</c>.</param>
    /// <param name="options">Its options.</param>
    /// <param name="terminal">Where to print.</param>
    public abstract void Evaluate(TrainedModel model, ParseResult result, EvalOptions options, Terminal terminal);

    /// <summary>Scores the tokens of texts.</summary>
    /// <param name="model">A model of the family.</param>
    /// <param name="result">The parsed command line of <c>mt score</c>.</param>
    /// <param name="options">Its options.</param>
    /// <param name="text">The text that was given; null where there is none.</param>
    public abstract IEnumerable<TextScore> Score(TrainedModel model, ParseResult result, ScoreOptions options, string? text);

    /// <summary>The token of an id as a person may read it.</summary>
    /// <param name="model">A model of the family.</param>
    /// <param name="id">The id.</param>
    public abstract string Token(TrainedModel model, int id);

    /// <summary>Measures training steps.</summary>
    /// <param name="recipe">A recipe of the family.</param>
    /// <param name="source">What to call it; null where it is not the user's, whose optimiser is not measured.</param>
    /// <param name="sizes">What the command line says instead of the recipe.</param>
    /// <param name="profile">Whether to time every kernel.</param>
    /// <param name="replay">Whether passes are replayed.</param>
    public abstract TrainingMeasurement MeasureTraining(Recipe recipe, string? source, TrainingSizes sizes, bool profile, bool replay);

    /// <summary>The recipe with the vocabulary that its tokenizer will have.</summary>
    /// <param name="recipe">A recipe of the family.</param>
    /// <param name="source">What to call it.</param>
    /// <param name="text">The text that decides the vocabulary of a language model; null: the recipe's own.</param>
    public abstract Recipe WithVocabulary(Recipe recipe, string source, string? text);

    /// <summary>Whether a recipe is of the family.</summary>
    protected abstract bool Has(Recipe recipe);

    /// <summary>Whether a model is of the family.</summary>
    protected abstract bool Has(TrainedModel model);
}
