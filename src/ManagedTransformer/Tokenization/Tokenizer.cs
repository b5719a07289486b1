using System.Text;
using System.Text.Json;
using ManagedTransformer.Json;
using ManagedTransformer.Tokenization.Pipeline;
using ManagedTransformer.Tokenization.SentencePiece;

namespace ManagedTransformer.Tokenization;

/// <summary>Reads tokenizers of any kind.</summary>
public static class Tokenizer
{
    private const string JsonName = "tokenizer.json", VocabularyName = "vocab.json", MergesName = "merges.txt", ModelEnding = ".model",
        SentencePieceName = "sentencepiece", SentencePieceModel = "sentencepiece_model";

    /// <summary>
    /// Reads a tokenizer: a file that <see cref="ITokenizer.Save"/> wrote, any <c>tokenizer.json</c> of Hugging Face's format, a
    /// sentencepiece <c>.model</c>, or a folder with one of them or with GPT-2's <c>vocab.json</c> and <c>merges.txt</c>.
    /// </summary>
    /// <param name="path">The file or folder; files may be in gzip. In a folder <c>tokenizer.json</c> goes first, and
    /// <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> beside it are read.</param>
    /// <returns>A <see cref="BytePairTokenizer"/> for a byte-level BPE as in GPT-2, a <see cref="PipelineTokenizer"/> for others.</returns>
    /// <exception cref="InputException">The file is missing or malformed, or asks for something that this library does not
    /// support.</exception>
    public static ITokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            return LoadFolder(path);
        }

        if (IsSentencePiece(path))
        {
            return LoadSentencePiece(path);
        }

        ReadOnlyMemory<byte> json = TokenizerBytes.ReadText(path);
        if (PipelineReader.IsPipeline(json, path))
        {
            return ReadPipeline(json, path);
        }

        return JsonFile.Read<ITokenizer>(json, path, root => JsonFile.RequireString(root, "type", path) switch
        {
            ByteTokenizer.TypeName => ByteTokenizer.Read(root, path),
            CharacterTokenizer.TypeName => CharacterTokenizer.Read(root, path),
            WordTokenizer.TypeName => WordTokenizer.Read(root, path),
            VocabularyTokenizer.TypeName => VocabularyTokenizer.Read(root, path),
            SentencePieceName => ReadSentencePiece(root, path),
            string other => throw new InputException(
                $"The tokenizer type '{other}' in '{path}' is not one of byte, char, word, vocabulary, sentencepiece."),
        });
    }

    /// <summary>
    /// Reads a tokenizer with everything that its files say about tokens of a template, pairs, lengths and decoding, as far as it has such
    /// parts; a byte-level BPE is then a <see cref="PipelineTokenizer"/> too.
    /// </summary>
    /// <param name="path">As for <see cref="Load"/>.</param>
    /// <exception cref="InputException">The file is missing or malformed, or asks for something that this library does not
    /// support.</exception>
    public static ITokenizer LoadWithParts(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string file = Path.Combine(path, JsonName);
        bool isFolder = Directory.Exists(path);
        if (isFolder ? File.Exists(file) : !IsSentencePiece(path))
        {
            file = isFolder ? file : path;
            ReadOnlyMemory<byte> json = TokenizerBytes.ReadText(file);
            if (PipelineReader.IsPipeline(json, file))
            {
                return PipelineTokenizer.Read(json, file, isFolder ? FolderSettings.Read(path) : null);
            }
        }

        ITokenizer tokenizer = Load(path);
        return tokenizer is BytePairTokenizer pairs ? new PipelineTokenizer(pairs.Pipeline, pairs.Save) : tokenizer;
    }

    private static ITokenizer ReadPipeline(ReadOnlyMemory<byte> json, string path)
    {
        TokenPipeline pipeline = PipelineReader.Read(json, path);
        return BytePairTokenizer.OfPlain(pipeline) is { } pairs ? pairs : PipelineTokenizer.Of(pipeline, json);
    }

    /// <summary>The token whose text this is, such as one that ends a text.</summary>
    /// <param name="tokenizer">Splits the text, without the tokens that it puts around texts.</param>
    /// <param name="text">
    /// The text, or what the vocabulary of a <see cref="PipelineTokenizer"/> writes for the token: <c>▁time</c>, <c>&lt;0x0A&gt;</c>, or a
    /// full stop, which a text never begins with where words begin with a mark.
    /// </param>
    /// <returns>Its id; null where the text is not one token.</returns>
    public static int? FindToken(ITokenizer tokenizer, string text)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(text);
        int? id = FindSplit(tokenizer, text) ?? (LimitedTokenizer.WholeOf(tokenizer) as PipelineTokenizer)?.IdOf(text);
        return id < tokenizer.VocabularySize ? id : null;
    }

    private static int? FindSplit(ITokenizer tokenizer, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        try
        {
            int[] ids = Plain(tokenizer, utf8);
            return ids is [int id] ? id : null;
        }
        catch (InputException)
        {
            return null; // A character that the vocabulary lacks.
        }
    }

    /// <summary>The ids of a text that has all its special tokens: none are put around it.</summary>
    /// <param name="tokenizer">Splits the text.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="InputException">A character or token that the vocabulary lacks.</exception>
    internal static int[] EncodePlain(ITokenizer tokenizer, string text) => EncodePlain(tokenizer, TokenizerText.ToUtf8(text));

    /// <summary>The ids of a text that has all its special tokens: none are put around it.</summary>
    /// <param name="tokenizer">Splits the text.</param>
    /// <param name="utf8">The text in UTF-8.</param>
    /// <exception cref="InputException">A character or token that the vocabulary lacks.</exception>
    internal static int[] EncodePlain(ITokenizer tokenizer, ReadOnlySpan<byte> utf8)
    {
        int[] ids = Plain(tokenizer, utf8);
        return tokenizer is LimitedTokenizer limited ? limited.Require(ids) : ids;
    }

    private static int[] Plain(ITokenizer tokenizer, ReadOnlySpan<byte> utf8) => LimitedTokenizer.WholeOf(tokenizer) switch
    {
        PipelineTokenizer pipeline => pipeline.Encode(utf8, addSpecialTokens: false),
        BytePairTokenizer pairs => pairs.Encode(utf8, withPrefix: false),
        ITokenizer whole => whole.Encode(utf8),
    };

    private static ITokenizer LoadFolder(string folder)
    {
        string json = Path.Combine(folder, JsonName);
        if (File.Exists(json))
        {
            ReadOnlyMemory<byte> text = TokenizerBytes.ReadText(json);
            return PipelineReader.IsPipeline(text, json) && FolderSettings.Read(folder) is { IsIdle: false } settings
                ? PipelineTokenizer.Read(text, json, settings)
                : Load(json);
        }

        string[] models = Directory.GetFiles(folder, $"*{ModelEnding}");
        if (models.Length > 1)
        {
            throw new InputException(
                $"The folder '{folder}' has {models.Length} files *{ModelEnding} and no {JsonName}: name the one that is meant.");
        }

        if (models.Length == 1)
        {
            return LoadSentencePiece(models[0]);
        }

        string vocabulary = Path.Combine(folder, VocabularyName), merges = Path.Combine(folder, MergesName);
        return File.Exists(vocabulary) && File.Exists(merges)
            ? Gpt2TokenizerFiles.Read(vocabulary, merges, HuggingFaceTokenizerSettings.Read(folder))
            : throw new InputException($"The folder '{folder}' has no tokenizer: neither {JsonName} nor one *{ModelEnding} nor "
                + $"{VocabularyName} with {MergesName}.");
    }

    private static bool IsSentencePiece(string path) =>
        path.EndsWith(ModelEnding, StringComparison.OrdinalIgnoreCase)
        || path.EndsWith($"{ModelEnding}.gz", StringComparison.OrdinalIgnoreCase);

    private static PipelineTokenizer LoadSentencePiece(string path) => SentencePieceTokenizer(TokenizerBytes.Read(path), path);

    private static PipelineTokenizer ReadSentencePiece(JsonElement root, string path)
    {
        JsonElement model = JsonFile.Require(root, SentencePieceModel, JsonValueKind.String, path);
        return model.TryGetBytesFromBase64(out byte[]? bytes)
            ? SentencePieceTokenizer(bytes, path)
            : throw new InputException($"The key '{SentencePieceModel}' in '{path}' is not base64.");
    }

    private static PipelineTokenizer SentencePieceTokenizer(byte[] model, string path) =>
        new(SentencePiecePipeline.Read(model, path), target => JsonFile.Write(target, json =>
        {
            json.WriteString("type", SentencePieceName);
            json.WriteBase64String(SentencePieceModel, model);
        }));
}
