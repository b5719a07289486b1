using System.Globalization;
using System.Text.Json;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>GPT-2's <c>config.json</c>: sizes and options as transformers' GPT2Config has them.</summary>
internal static class Gpt2Config
{
    private const string EndOfTextToken = "<|endoftext|>";

    /// <summary>What GPT2Config takes for <c>eos_token_id</c> where the file has none: the last id of the published vocabulary.</summary>
    private const int DefaultEndOfText = 50256;

    private const float PublishedDropout = 0.1f;

    private static readonly (string Name, Activation Activation)[] _activations =
    [
        ("gelu_new", Activation.GeluTanh), ("gelu", Activation.Gelu), ("relu", Activation.Relu), ("silu", Activation.Silu),
        ("gelu_pytorch_tanh", Activation.GeluTanh), ("gelu_fast", Activation.GeluTanh), ("swish", Activation.Silu),
    ];

    // Options that change what the model computes, and the only value of them that is computed here.
    private static readonly (string Key, bool Supported)[] _fixedOptions =
        [("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false), ("add_cross_attention", false),
            ("is_encoder_decoder", false)];

    /// <summary>The model that a file describes. Absent options have GPT2Config's defaults, sizes must be there.</summary>
    /// <exception cref="InputException">The file is missing or malformed, or asks for something that is not supported.</exception>
    public static LanguageModelConfig Read(string path) => JsonFile.ReadOnce(path, root =>
    {
        foreach ((string key, bool supported) in _fixedOptions)
        {
            if ((JsonFile.Flag(root, key, path) ?? supported) != supported)
            {
                throw new InputException(
                    $"{path}: {key} is {(supported ? "false" : "true")}, only {(supported ? "true" : "false")} is supported.");
            }
        }

        TorchTypes.RequireKnown(new ConfigReader(root, path));
        int dim = Size(root, "n_embd", path), heads = Size(root, "n_head", path);
        if (dim % heads != 0)
        {
            throw new InputException($"{path}: n_head ({heads}) does not divide n_embd ({dim}).");
        }

        int inner = IsGiven(root, "n_inner") ? Size(root, "n_inner", path) : 4 * dim;
        LanguageModelConfig config = new()
        {
            Vocab = Size(root, "vocab_size", path),
            Dim = dim,
            Layers = Size(root, "n_layer", path),
            Heads = heads,
            Ffn = inner == 4 * dim ? null : inner,
            Activation = ReadActivation(root, path),
            Positions = PositionKind.Learned,
            MaxPositions = Size(root, IsGiven(root, "n_positions") || !IsGiven(root, "n_ctx") ? "n_positions" : "n_ctx", path),
            Tie = JsonFile.Flag(root, "tie_word_embeddings", path) ?? true,
            NormEpsilon = Number(root, "layer_norm_epsilon", 1e-5f, path),
            Dropout = Number(root, "resid_pdrop", PublishedDropout, path),
            EmbeddingDropout = Number(root, "embd_pdrop", PublishedDropout, path),
            AttentionDropout = Number(root, "attn_pdrop", PublishedDropout, path),
            Init = InitializationScheme.Gpt2,
        };
        config = config with { EmbeddingDropout = config.EmbeddingDropout == config.Dropout ? null : config.EmbeddingDropout };
        config.Validate(path);
        return config;
    });

    /// <summary>Writes the file of a model that GPT-2 can express.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">The model.</param>
    /// <param name="tokenizer">Its tokenizer, whose &lt;|endoftext|&gt; begins texts.</param>
    /// <param name="endOfText">The tokens that end texts; null: the tokenizer's &lt;|endoftext|&gt;.</param>
    public static void Write(string path, LanguageModelConfig config, BytePairTokenizer tokenizer, int[]? endOfText) =>
        JsonFile.Write(path, json =>
        {
            json.WriteString("model_type", "gpt2");
            json.WriteStartArray("architectures");
            json.WriteStringValue("GPT2LMHeadModel");
            json.WriteEndArray();
            json.WriteNumber("vocab_size", config.Vocab);
            json.WriteNumber("n_embd", config.Dim);
            json.WriteNumber("n_layer", config.Layers);
            json.WriteNumber("n_head", config.Heads);
            json.WriteNumber("n_positions", config.MaxPositions);
            json.WriteNumber("n_ctx", config.MaxPositions);
            if (config.FeedForward == 4 * config.Dim)
            {
                json.WriteNull("n_inner");
            }
            else
            {
                json.WriteNumber("n_inner", config.FeedForward);
            }

            json.WriteString("activation_function", ActivationName(config.Activation)!);
            json.WriteNumber("layer_norm_epsilon", config.NormEpsilon);
            json.WriteBoolean("tie_word_embeddings", config.Tie);
            json.WriteNumber("resid_pdrop", config.Dropout);
            json.WriteNumber("embd_pdrop", config.EmbeddingDropout ?? config.Dropout);
            json.WriteNumber("attn_pdrop", config.AttentionDropout);
            json.WriteNumber("initializer_range", 0.02);
            WriteStart(json, tokenizer);
            EndOfText.Write(json, endOfText ?? (FindEndOfText(tokenizer) is { } token ? [token.Id] : []));
            json.WriteString("torch_dtype", "float32");
        });

    /// <summary>
    /// Writes what the tokenizer's files leave to it: the prefix space, the token before every text, which one ends texts,
    /// and which ones are special.
    /// </summary>
    public static void WriteTokenizerConfig(string path, LanguageModelConfig config, BytePairTokenizer tokenizer) =>
        JsonFile.Write(path, json =>
        {
            string? end = FindEndOfText(tokenizer)?.Content;
            SpecialToken? beginning = tokenizer.Prefix.Count == 1
                ? tokenizer.SpecialTokens.FirstOrDefault(token => token.Id == tokenizer.Prefix[0])
                : null;
            json.WriteString("tokenizer_class", "GPT2Tokenizer");
            json.WriteBoolean("add_prefix_space", tokenizer.AddPrefixSpace);
            json.WriteBoolean("add_bos_token", beginning is not null);
            json.WriteNumber("model_max_length", config.MaxPositions);
            json.WriteString("bos_token", beginning?.Content ?? end);
            json.WriteString("eos_token", end);
            json.WriteString("unk_token", end);
            json.WriteStartObject("added_tokens_decoder");
            foreach (SpecialToken token in tokenizer.SpecialTokens.OrderBy(token => token.Id))
            {
                json.WriteStartObject(token.Id.ToString(CultureInfo.InvariantCulture));
                json.WriteString("content", token.Content);
                json.WriteBoolean("lstrip", false);
                json.WriteBoolean("normalized", token.IsNormalized);
                json.WriteBoolean("rstrip", false);
                json.WriteBoolean("single_word", false);
                json.WriteBoolean("special", true);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });

    /// <summary>
    /// The token that ends texts where no file says: that of the published vocabulary, or the tokenizer's own of that name; null for none.
    /// </summary>
    public static int? EndOfTextWhereAbsent(LanguageModelConfig config, ITokenizer tokenizer) =>
        DefaultEndOfText < config.Vocab ? DefaultEndOfText : tokenizer is BytePairTokenizer pairs ? FindEndOfText(pairs)?.Id : null;

    /// <summary>GPT-2's name of an activation; null where it has none.</summary>
    public static string? ActivationName(Activation activation) =>
        _activations.FirstOrDefault(known => known.Activation == activation).Name;

    private static Activation ReadActivation(JsonElement root, string path)
    {
        string name = IsGiven(root, "activation_function")
            ? JsonFile.RequireString(root, "activation_function", path)
            : _activations[0].Name;
        int index = Array.FindIndex(_activations, known => known.Name == name);
        return index >= 0 ? _activations[index].Activation
            : throw new InputException(
                $"{path}: activation_function is '{name}', the supported ones are "
                + $"{string.Join(", ", _activations.Select(known => known.Name))}.");
    }

    private static bool IsGiven(JsonElement root, string key) =>
        root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    // Three widths side by side, and four within the feed-forward layers, must still be a size.
    private static int Size(JsonElement root, string key, string path)
    {
        const int largest = int.MaxValue / 4;
        JsonElement value = JsonFile.Require(root, key, JsonValueKind.Number, path);
        return value.TryGetInt32(out int size) && size is > 0 and <= largest
            ? size
            : throw new InputException($"{path}: {key} is {value.GetRawText()}, it must be a positive whole number of at most {largest}.");
    }

    private static float Number(JsonElement root, string key, float absent, string path) =>
        (float)new ConfigReader(root, path).Number(key, absent);

    private static SpecialToken? FindEndOfText(BytePairTokenizer tokenizer) =>
        tokenizer.SpecialTokens.FirstOrDefault(token => token.Content == EndOfTextToken);

    // Written even where there is none: the default of an absent key is GPT-2's own id.
    private static void WriteStart(Utf8JsonWriter json, BytePairTokenizer tokenizer)
    {
        const string key = "bos_token_id";
        if (FindEndOfText(tokenizer) is { } token)
        {
            json.WriteNumber(key, token.Id);
        }
        else
        {
            json.WriteNull(key);
        }
    }
}
