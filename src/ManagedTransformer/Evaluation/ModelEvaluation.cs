using ManagedTransformer.Data.Text;
using ManagedTransformer.Datasets;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Evaluation;

/// <summary>Scores a model on a text: finds the text and the part of it, tokenizes, evaluates.</summary>
public static class ModelEvaluation
{
    private static readonly DataRecipe _usual = new();

    /// <summary>Scores a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What to score it on; default: the validation part of its training text.</param>
    /// <param name="cancellation">Ends the evaluation with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">No text is known, it cannot be read or tokenized, the part is empty,
    /// or the context window does not fit the model.</exception>
    public static ModelEvaluationResult Run(LanguageModel model, ModelEvaluationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new ModelEvaluationOptions();
        int context = model.Description.Context > 0
            ? model.Description.Context
            : Math.Min(model.Network.Config.PositionLimit, model.Network.Config.MaxPositions);
        int contextWindow = options.ContextWindow ?? model.Description.EvaluateContextWindow;
        if (contextWindow < 0 || contextWindow >= context)
        {
            throw new InputException(
                $"The context window ({contextWindow}) must be at least 0 and below the model's block of {context} tokens.");
        }

        (TextCorpus corpus, EvaluationSplit split) = FindText(model, options);
        TrainingData.RequireText(corpus, model.Tokenizer);
        TextPart text = Part(corpus, split);
        if (text.Text.IsEmpty)
        {
            throw new InputException($"{corpus.Name}: the {Name(split)} part is empty; choose another split.");
        }

        (TokenStream stream, double tokensPerCharacter) =
            TrainingData.Encode(text, model.Tokenizer, corpus.Name, model.Network.Config.PaddingIdx);
        if (stream.Length < 2)
        {
            throw new InputException(
                $"{corpus.Name}: the {Name(split)} part has {TextSize.Tokens(stream.Length)}, an evaluation needs at least 2.");
        }

        ForwardRecorder? recorder = ForwardRecorder.For(model.Network);
        (double nll, long tokens) = LanguageModelEvaluator.Evaluate(model.Network, stream, context, contextWindow, recorder, cancellation);
        if (double.IsNaN(nll))
        {
            throw new InputException(
                $"The loss on {corpus.Name} is not a number: the weights of {model.Folder ?? "the model"} are damaged, or training diverged.");
        }

        LanguageModelMetrics metrics = new(nll, tokens);
        return new ModelEvaluationResult(
            corpus.Name, split, metrics.Loss, metrics.LossBase2 * tokensPerCharacter, metrics.Perplexity, tokens,
            split == EvaluationSplit.Validation ? corpus.ValidationFloor : null)
        {
            Reports = recorder?.Reports ?? [],
        };
    }

    private static (TextCorpus Corpus, EvaluationSplit Split) FindText(LanguageModel model, ModelEvaluationOptions options)
    {
        DataRecipe? trainedOn = model.Description.Data;
        string source = options.Data ?? trainedOn?.Source ?? throw new InputException(
            "The model does not say what it was trained on; name a text to evaluate on.");
        bool isTrainingText = trainedOn?.Source is { } known && SameText(source, known);
        DataRecipe same = trainedOn ?? new DataRecipe();
        bool isSingleFile = !Directory.Exists(source) && source != TextCorpus.BuiltInStories;
        if (options.Split == EvaluationSplit.Auto && isSingleFile && !isTrainingText)
        {
            DataRecipe whole = same with { Source = source, ValidationFraction = 0, TestFraction = 0 };
            return (TrainingData.Load(whole, model.ChatTemplate), EvaluationSplit.All);
        }

        // A folder's missing parts are only cut off its training text where training did the same.
        DataRecipe data = isTrainingText ? trainedOn! with { Source = source }
            : isSingleFile ? same with { Source = source, ValidationFraction = _usual.ValidationFraction, TestFraction = 0 }
            : same with { Source = source, ValidationFraction = 0, TestFraction = 0 };
        TextCorpus corpus = TrainingData.Load(data, model.ChatTemplate);
        EvaluationSplit split = options.Split != EvaluationSplit.Auto ? options.Split
            : !corpus.Validation.IsEmpty ? EvaluationSplit.Validation
            : !corpus.Test.IsEmpty ? EvaluationSplit.Test
            : EvaluationSplit.Train;
        return (corpus, split);
    }

    private static bool SameText(string a, string b) => a == b || Path.GetFullPath(a) == Path.GetFullPath(b);

    private static TextPart Part(TextCorpus corpus, EvaluationSplit split) => split switch
    {
        EvaluationSplit.Train => corpus.TrainPart,
        EvaluationSplit.Validation => corpus.ValidationPart,
        EvaluationSplit.Test => corpus.TestPart,
        _ => TextPart.Join([corpus.TrainPart, corpus.ValidationPart, corpus.TestPart]),
    };

    private static string Name(EvaluationSplit split) => split switch
    {
        EvaluationSplit.Train => "training",
        EvaluationSplit.Validation => "validation",
        EvaluationSplit.Test => "test",
        _ => "whole",
    };
}
