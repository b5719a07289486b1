using System.Security.Cryptography;
using System.Text;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Json;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Datasets;

/// <summary>A recipe's sentence pairs and their tokenizers.</summary>
internal sealed class TranslationData
{
    private TranslationData(TranslationDataRecipe recipe, SentenceTokenizer source, SentenceTokenizer target, ParallelCorpus train,
        ParallelCorpus? validation)
    {
        (Recipe, Source, Target) = (recipe, source, target);
        (TrainText, ValidationText) = (train, validation);
        Train = Encode(train, source, target);
        Validation = validation is null ? [] : Encode(validation, source, target);
    }

    /// <summary>Where the pairs came from.</summary>
    public TranslationDataRecipe Recipe { get; }

    /// <summary>Pairs to train on.</summary>
    public ParallelCorpus TrainText { get; }

    /// <summary>Pairs to validate on; null where none are named.</summary>
    public ParallelCorpus? ValidationText { get; }

    /// <summary>Pairs to train on, as tokens.</summary>
    public TokenPair[] Train { get; }

    /// <summary>Pairs to validate on, as tokens; empty where none are named.</summary>
    public TokenPair[] Validation { get; }

    /// <summary>Tokenizer of the source language.</summary>
    public SentenceTokenizer Source { get; }

    /// <summary>Tokenizer of the target language; the same object where the languages share it.</summary>
    public SentenceTokenizer Target { get; }

    /// <summary>Loads the pairs and makes the tokenizers.</summary>
    /// <param name="recipe">Which tokenizers.</param>
    /// <param name="data">Where the pairs are: the recipe's data, or what replaces it.</param>
    /// <param name="tokenizers">Finished tokenizers (of a model); null: as the recipe says.</param>
    /// <exception cref="InputException">No training pairs are named, or they cannot be read or tokenized.</exception>
    public static TranslationData Load(
        TranslationTokenizerRecipe recipe, TranslationDataRecipe data,
        (SentenceTokenizer Source, SentenceTokenizer Target)? tokenizers = null)
    {
        ParallelCorpus train = TranslationPairs.Train(data);
        ParallelCorpus? validation = TranslationPairs.Validation(data);
        (SentenceTokenizer source, SentenceTokenizer target) = tokenizers ?? CreateTokenizers(recipe, data.Lowercase, train);
        return new TranslationData(data, source, target, train, validation);
    }

    /// <summary>The tokenizers that a recipe asks for.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="lowercase">Whether sentences are lower-cased.</param>
    /// <param name="pairs">What they are made from.</param>
    public static (SentenceTokenizer Source, SentenceTokenizer Target) CreateTokenizers(TranslationTokenizerRecipe recipe, bool lowercase,
        ParallelCorpus pairs)
    {
        if (recipe.Joint)
        {
            SentenceTokenizer joint = Create(recipe.Target, pairs.Pairs.SelectMany(pair => new[] { pair.Source, pair.Target }));
            return (joint, joint);
        }

        return (Create(recipe.Source, pairs.Pairs.Select(pair => pair.Source)),
            Create(recipe.Target, pairs.Pairs.Select(pair => pair.Target)));

        // A space before every sentence: its first word shall have the pieces of any other.
        SentenceTokenizer Create(TokenizerRecipe side, IEnumerable<string> sentences)
        {
            string text = string.Concat(sentences.Select(sentence => $" {sentence}\n"));
            byte[] utf8 = Encoding.UTF8.GetBytes(lowercase ? text.ToLowerInvariant() : text);
            return new SentenceTokenizer(TrainingData.CreateTokenizer(side, utf8, default, pairs.Name), lowercase);
        }
    }

    /// <summary>The ids of pairs.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="source">Tokenizer of the source language.</param>
    /// <param name="target">Tokenizer of the target language.</param>
    /// <exception cref="InputException">A character that a vocabulary lacks.</exception>
    public static TokenPair[] Encode(ParallelCorpus pairs, SentenceTokenizer source, SentenceTokenizer target)
    {
        TokenPair[] tokens = new TokenPair[pairs.Pairs.Count];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = new TokenPair(Encode(source, pairs.Pairs[i].Source, i, false), Encode(target, pairs.Pairs[i].Target, i, true));
        }

        return tokens;

        int[] Encode(SentenceTokenizer tokenizer, string sentence, int pair, bool isTarget)
        {
            try
            {
                return tokenizer.Encode(sentence);
            }
            catch (InputException e)
            {
                throw new InputException($"{pairs.Place(pair, isTarget)}: {e.Message}", e);
            }
        }
    }

    /// <summary>Identifies pairs and recipe, so that a run is not resumed with others; the number of steps may change.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="statesPrecision">Whether float32 counts as stated; it means the same as to state none.</param>
    public string Fingerprint(TranslationRecipe recipe, bool statesPrecision = false)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SentencePair pair in TrainText.Pairs.Concat(ValidationText?.Pairs ?? []))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{pair.Source}\n{pair.Target}\n"));
        }

        TranslationRecipe identity = recipe with
        {
            Schema = null,
            Description = null,
            Data = new TranslationDataRecipe
            {
                Lowercase = recipe.Data.Lowercase,
                MaxLength = recipe.Data.MaxLength,
                MaxRatio = recipe.Data.MaxRatio,
            },
            Training = recipe.Training with
            {
                Steps = 1,
                Precision = UpdateRecipe.IdentityOf(recipe.Training.Precision, statesPrecision),
                Epochs = 0,
                EvaluateEvery = 1,
                LogEvery = 1,
                KeepCheckpoints = 0,
                EarlyStopping = null,
                SampleSentences = 0,
            },
        };
        hash.AppendData(JsonDocuments.Write(identity, RecipeJson.Default.TranslationRecipe));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
