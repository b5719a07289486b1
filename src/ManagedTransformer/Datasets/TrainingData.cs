using System.Security.Cryptography;
using System.Text;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Json;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Datasets;

/// <summary>A recipe's text, tokenized.</summary>
internal sealed class TrainingData
{
    private TrainingData(TextCorpus corpus, ITokenizer tokenizer, DataRecipe recipe, ChatTemplate? template, int? padding)
    {
        Template = template;
        Corpus = corpus;
        Tokenizer = tokenizer;
        Recipe = recipe;
        (Train, TokensPerCharacter) = Encode(corpus.TrainPart, tokenizer, corpus.Name, padding);
        ValidationTokensPerCharacter = TokensPerCharacter;
        if (corpus.Validation.Length > 0)
        {
            (Validation, ValidationTokensPerCharacter) = Encode(corpus.ValidationPart, tokenizer, corpus.Name, padding);
        }
    }

    /// <summary>The text.</summary>
    public TextCorpus Corpus { get; }

    /// <summary>The tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>The form of conversations; null where none is known.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>Whether there are conversations.</summary>
    public bool HasConversations => Corpus.TrainPart.Segments?.Any(segment => segment.IsConversation) ?? false;

    /// <summary>Where the text came from.</summary>
    public DataRecipe Recipe { get; }

    /// <summary>Tokens to train on.</summary>
    public TokenStream Train { get; }

    /// <summary>Tokens to validate on; null where the corpus has none.</summary>
    public TokenStream? Validation { get; }

    /// <summary>Turns nats per token into bits per character: bits per character = loss / ln 2 * tokens per character.</summary>
    public double TokensPerCharacter { get; }

    /// <summary>The same of the validation text.</summary>
    public double ValidationTokensPerCharacter { get; }

    /// <summary>Loads a recipe's text and makes its tokenizer.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="source">Text instead of the recipe's; null: the recipe's.</param>
    /// <param name="tokenizer">A finished tokenizer (of a checkpoint); null: as the recipe says.</param>
    /// <param name="template">The chat template of the model to begin with; null for none.</param>
    /// <exception cref="InputException">No text is named, or it cannot be read or tokenized.</exception>
    public static TrainingData Load(LanguageModelRecipe recipe, string? source, ITokenizer? tokenizer = null, ChatTemplate? template = null)
    {
        DataRecipe data = recipe.Data with
        {
            Source = source ?? recipe.Data.Source
                ?? throw new InputException("The recipe names no training text (data.source), and TrainingOptions.Data names none either."),
        };
        template = FindTemplate(data, template, recipe.Tokenizer.File);
        TextCorpus corpus = Load(data, template);
        tokenizer ??= CreateTokenizer(recipe.Tokenizer, corpus);
        RequireText(corpus, tokenizer);
        return new TrainingData(corpus, tokenizer, data, template, recipe.Model.PaddingIdx);
    }

    /// <summary>The corpus that a recipe's data part names.</summary>
    /// <param name="data">With a source.</param>
    /// <param name="template">The form of conversations; null where none is known.</param>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static TextCorpus Load(DataRecipe data, ChatTemplate? template) => TextCorpus.Load(
        data.Source!,
        new TextCorpusOptions
        {
            ValidationFraction = data.ValidationFraction,
            TestFraction = data.TestFraction,
            Raw = data.Raw,
            Fields = data.Fields ?? new(),
            Separator = data.Separator ?? "\n",
            Template = template,
        });

    /// <summary>The form of conversations: what the recipe names, else that of the model, else that beside the tokenizer.</summary>
    /// <param name="data">The recipe's data part.</param>
    /// <param name="template">The chat template of the model; null for none.</param>
    /// <param name="tokenizer">The tokenizer's file; null for none.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="InputException">The one that is named cannot be read.</exception>
    public static ChatTemplate? FindTemplate(DataRecipe data, ChatTemplate? template, string? tokenizer) =>
        data.Template is { } named ? ChatTemplateFiles.ReadNamed(named, "data.template")
        : template ?? (tokenizer is null ? null : ChatTemplateFiles.Read(Path.GetDirectoryName(Path.GetFullPath(tokenizer))!));

    /// <summary>Encodes a text; errors name where it came from.</summary>
    /// <param name="part">The text.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="name">Named in errors.</param>
    /// <param name="padding">The id of the model's padding; null for none.</param>
    /// <exception cref="InputException">A character that the vocabulary lacks, or invalid UTF-8.</exception>
    public static EncodedText Encode(TextPart part, ITokenizer tokenizer, string name, int? padding)
    {
        try
        {
            return EncodedText.Of(part, tokenizer, padding);
        }
        catch (InputException e)
        {
            throw new InputException($"{name}: {e.Message}", e);
        }
    }

    /// <summary>The number of characters that bits per character divide by: bytes for a tokenizer of bytes, else code points.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    public static long Characters(ReadOnlyMemory<byte> utf8, ITokenizer tokenizer) =>
        LimitedTokenizer.WholeOf(tokenizer) is ByteTokenizer ? utf8.Length : TextSize.CountCharacters(utf8.Span);

    /// <summary>Identifies text and recipe, so that a run is not resumed with others; the number of steps may change.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="statesPrecision">Whether float32 counts as stated; it means the same as to state none.</param>
    internal string Fingerprint(LanguageModelRecipe recipe, bool statesPrecision = false)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Corpus.Train.Span);
        hash.AppendData(Corpus.Validation.Span);
        foreach (TextSegment segment in (Corpus.TrainPart.Segments ?? []).Concat(Corpus.ValidationPart.Segments ?? []))
        {
            hash.AppendData(Encoding.ASCII.GetBytes($"{segment.Start} {segment.IsCounted}\n"));
        }

        LanguageModelRecipe identity = recipe with
        {
            Schema = null,
            Description = null,
            Data = recipe.Data with { Source = null },
            Training = recipe.Training with
            {
                Steps = 1,
                Precision = UpdateRecipe.IdentityOf(recipe.Training.Precision, statesPrecision),
                EvaluateEvery = 1,
                LogEvery = 1,
                KeepCheckpoints = 0,
                EarlyStopping = null,
                SamplePrompt = null,
                SampleTokens = 0,
            },
        };
        hash.AppendData(JsonDocuments.Write(identity, RecipeJson.Default.LanguageModelRecipe));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    internal static ITokenizer CreateTokenizer(TokenizerRecipe recipe, TextCorpus corpus)
    {
        if (recipe is { File: null, Type: not (TokenizerKind.Byte or TokenizerKind.UsedByte) })
        {
            corpus.RequireUtf8();
        }

        return CreateTokenizer(recipe, corpus.Train.Span, corpus.Validation.Span, corpus.Name);
    }

    /// <summary>Refuses what is no text, where the tokenizer is not one of bytes.</summary>
    /// <param name="corpus">The text.</param>
    /// <param name="tokenizer">What splits it.</param>
    /// <exception cref="InputException">A file is not UTF-8.</exception>
    internal static void RequireText(TextCorpus corpus, ITokenizer tokenizer)
    {
        if (tokenizer is not ByteTokenizer)
        {
            corpus.RequireUtf8();
        }
    }

    internal static ITokenizer CreateTokenizer(TokenizerRecipe recipe, ReadOnlySpan<byte> text, ReadOnlySpan<byte> validation, string name)
    {
        if (recipe.File is { } file)
        {
            return Tokenization.Tokenizer.Load(file);
        }

        try
        {
            return recipe.Type switch
            {
                TokenizerKind.Byte => new ByteTokenizer(),
                TokenizerKind.UsedByte => ByteTokenizer.FromText([.. text, .. validation]),
                TokenizerKind.Word => WordTokenizer.FromText(text, recipe.MinCount, recipe.Vocab == 0 ? int.MaxValue : recipe.Vocab),
                TokenizerKind.Bpe => BytePairTokenizer.Train(text, recipe.Vocab),
                // The alphabet of the whole corpus: a character that only the validation text has is no reason to refuse it.
                _ => CharacterTokenizer.FromText([.. text, .. validation]),
            };
        }
        catch (InputException e)
        {
            throw new InputException($"{name}: {e.Message}", e);
        }
    }
}
