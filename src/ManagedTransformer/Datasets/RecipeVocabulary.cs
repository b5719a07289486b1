using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Datasets;

/// <summary>Fills in the vocabulary that a recipe leaves to its tokenizer, without training or tokenizing more than it takes.</summary>
public static class RecipeVocabulary
{
    /// <summary>The recipe's model with its vocabulary: as written, or as the tokenizer will have it.</summary>
    /// <param name="recipe">A checked recipe.</param>
    /// <param name="where">The recipe's name, for errors.</param>
    /// <param name="source">Text instead of the recipe's; null: the recipe's.</param>
    /// <exception cref="InputException">The tokenizer needs a text, and none is named or it cannot be read.</exception>
    public static LanguageModelConfig Resolve(LanguageModelRecipe recipe, string where, string? source = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Model.Vocab > 0 ? recipe.Model : recipe.Model with { Vocab = Size(recipe, where, source) };
    }

    /// <summary>The recipe's translation model with its vocabularies: as written, or as the tokenizers will have them.</summary>
    /// <param name="recipe">A checked recipe.</param>
    /// <param name="where">The recipe's name, for errors.</param>
    /// <param name="source">Sentence pairs instead of the recipe's; null: the recipe's.</param>
    /// <exception cref="InputException">The tokenizers need sentence pairs, and none are named or they cannot be read.</exception>
    public static EncoderDecoderConfig Resolve(TranslationRecipe recipe, string where, string? source = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Model is { SrcVocab: > 0, Vocab: > 0 })
        {
            return recipe.Model;
        }

        (int sourceSize, int targetSize) = Sizes(recipe, where, source);
        return recipe.Model with
        {
            SrcVocab = recipe.Model.SrcVocab > 0 ? recipe.Model.SrcVocab : sourceSize,
            Vocab = recipe.Model.Vocab > 0 ? recipe.Model.Vocab : targetSize,
        };
    }

    private static (int Source, int Target) Sizes(TranslationRecipe recipe, string where, string? source)
    {
        TranslationTokenizerRecipe tokenizer = recipe.Tokenizer;
        if (tokenizer.File is null && tokenizer.Type == TokenizerKind.Bpe)
        {
            return (tokenizer.Source.Vocab + SpecialIds.FirstOrdinary, tokenizer.Target.Vocab + SpecialIds.FirstOrdinary);
        }

        TranslationDataRecipe data = source is null ? recipe.Data : recipe.Data.WithTraining(source);
        if (data.Source is null && tokenizer.File is null)
        {
            throw new InputException(
                $"{where}: the size of the vocabulary is missing: it is left to the tokenizers, which are made from the training pairs, "
                + "and the recipe names none (data.source).");
        }

        ParallelCorpus pairs = tokenizer.File is null ? TranslationPairs.Train(data) : new ParallelCorpus(where, []);
        (SentenceTokenizer first, SentenceTokenizer second) = TranslationData.CreateTokenizers(tokenizer, data.Lowercase, pairs);
        return (first.VocabularySize, second.VocabularySize);
    }

    private static int Size(LanguageModelRecipe recipe, string where, string? source)
    {
        TokenizerRecipe tokenizer = recipe.Tokenizer;
        if (tokenizer.File is { } file)
        {
            return Tokenizer.Load(file).VocabularySize;
        }

        if (tokenizer.Type is TokenizerKind.Byte or TokenizerKind.Bpe)
        {
            return tokenizer.Type == TokenizerKind.Byte ? 256 : tokenizer.Vocab;
        }

        string text = source ?? recipe.Data.Source ?? throw new InputException(
            $"{where}: the size of the vocabulary is missing: model.vocab is left to the tokenizer, which makes it from the training text, "
            + "and the recipe names none (data.source).");
        TextCorpus corpus = TrainingData.Load(
            recipe.Data with { Source = text }, TrainingData.FindTemplate(recipe.Data, null, recipe.Tokenizer.File));
        return TrainingData.CreateTokenizer(tokenizer, corpus).VocabularySize;
    }
}
