using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Checkpoints.Adapters;
using ManagedTransformer.Checkpoints.HuggingFace;
using ManagedTransformer.Files;
using ManagedTransformer.Generation;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer;

/// <summary>
/// A language model ready to use: network, tokenizer and description, as a model folder holds them.
/// Generation may run on several threads at once.
/// </summary>
public sealed class LanguageModel : TrainedModel
{
    /// <summary>Puts a model together.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tokenizer">Its tokenizer. Where it has more ids than the network,
    /// a text with one of those is refused when it is encoded.</param>
    /// <param name="description">What <c>config.json</c> says.</param>
    /// <exception cref="InputException">The description is of a model of another kind, so that nobody could load what is saved.</exception>
    public LanguageModel(CausalLanguageModel network, ITokenizer tokenizer, ModelDescription description)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(description);
        (Network, Tokenizer, Description) = (network, LimitedTokenizer.For(tokenizer, network.Config.Vocab), description);
        RequireArchitecture(description.Architecture, Recipe.TransformerLanguageModel);
    }

    /// <summary>The network.</summary>
    public CausalLanguageModel Network { get; }

    /// <summary>Text to tokens and back.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>What the model folder says about the model.</summary>
    public ModelDescription Description { get; private set; }

    /// <summary>The form of conversations in prompts; null for a model without a chat template. It is saved with the model.</summary>
    public ChatTemplate? ChatTemplate { get; init; }

    /// <inheritdoc/>
    public override LoraConfig? Lora => Network.Config.Lora;

    internal override Module Module => Network;

    internal override JsonNode Configuration =>
        JsonSerializer.SerializeToNode(Description, DescriptionJson.Default.ModelDescription)!["model"]!;

    internal override AdapterNames AdapterNames => AdapterNames.Of(Network.Config);

    /// <summary>Loads a model.</summary>
    /// <param name="path">A checkpoint folder, the output folder of a training run (its best checkpoint is taken, or else its last), a
    /// folder with a GPT-2 in Hugging Face's format (<see cref="Gpt2Folder"/>), or an adapter that says where its model is.</param>
    /// <param name="weights">How matrices are stored: BFloat16, Int8 and Int4 round them, for inference with a half, a quarter or an eighth
    /// of the memory (<see cref="Module.RoundWeights(DType)"/>); what a file has so already is read where it lies. Null: what the innermost
    /// <see cref="WeightScope"/> says, or else integers as the folder has them and Float32.</param>
    /// <param name="adapter">An adapter to set beside its maps, or the model of the adapter that the folder is; null for neither.</param>
    /// <exception cref="InputException">Missing, damaged or mismatched files, or a device without such weights.</exception>
    /// <exception cref="ArgumentException">No path; Int32, or no type at all.</exception>
    public static LanguageModel Load(string path, DType? weights = null, AdapterOptions? adapter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (weights is { } type && !Enum.IsDefined(type))
        {
            throw new ArgumentOutOfRangeException(
                nameof(weights), weights, "Weights are stored as Float32, BFloat16, Int8 or Int4.");
        }

        return Load(path, weights ?? WeightScope.Current, adapter, Read);
    }

    /// <summary>The description in a checkpoint folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">Missing or malformed.</exception>
    public static ModelDescription ReadDescription(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.Combine(folder, CheckpointFolder.ConfigFile);
        byte[] utf8 = Utf8File.Read(path);
        if (JsonDocuments.Architecture(utf8) is { } architecture && architecture != Recipe.TransformerLanguageModel)
        {
            throw new InputException(
                $"{path}: architecture is '{architecture}', which is no language model; those have '{Recipe.TransformerLanguageModel}'.");
        }

        ModelDescription description = JsonDocuments.Read(path, utf8, DescriptionJson.Default.ModelDescription);
        JsonDocuments.Check(path, utf8, description.Model.Validate);
        return description;
    }

    /// <summary>Continues a text piece by piece, as it is generated.</summary>
    /// <param name="prompt">The text to continue, not empty.</param>
    /// <param name="options">Length and sampling; default: 200 tokens.</param>
    /// <param name="cancellation">Ends the generation between two tokens, and the reading of a prompt between two layers.</param>
    /// <exception cref="InputException">An empty prompt, a character that the vocabulary lacks, or an option out of its range.</exception>
    public async IAsyncEnumerable<string> GenerateAsync(
        string prompt, GenerationOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (GenerationStep step in Generate(prompt, options).StepsAsync(cancellation).ConfigureAwait(false))
        {
            if (step.Text.Length > 0)
            {
                yield return step.Text;
            }
        }
    }

    /// <summary>Continues a text piece by piece, as it is generated.</summary>
    /// <param name="prompt">The text to continue; empty to begin one, where the tokenizer marks beginnings. Of a prompt with more tokens
    /// than the model has positions, the last ones are read.</param>
    /// <param name="options">Length and sampling; default: 200 tokens.</param>
    /// <returns>The pieces, and, once they are enumerated, how many tokens they are, whether the model ended the text, and notes.</returns>
    /// <exception cref="InputException">An empty prompt, a character that the vocabulary lacks, or an option out of its range.</exception>
    public TextGeneration Generate(string prompt, GenerationOptions? options = null) =>
        Begin(Encode(prompt), prompt, options, Description.EndOfText ?? []);

    /// <summary>Continues tokens, as they are.</summary>
    /// <param name="tokens">Ids of the vocabulary, at least one.</param>
    /// <param name="options">Length and sampling; default: 200 tokens.</param>
    /// <returns>As for <see cref="Generate(string, GenerationOptions)"/>.</returns>
    /// <exception cref="InputException">No token, one that the vocabulary does not have, or an option out of its range.</exception>
    public TextGeneration Continue(ReadOnlySpan<int> tokens, GenerationOptions? options = null)
    {
        int[] ids = RequireTokens(tokens, "The prompt");
        return Begin(ids, Tokenizer.Decode(ids), options, Description.EndOfText ?? []);
    }

    /// <summary>Writes the next message of a conversation, that of the assistant.</summary>
    /// <param name="messages">The messages so far.</param>
    /// <param name="options">Length and sampling; default: 200 tokens.</param>
    /// <returns>As for <see cref="Generate(string, GenerationOptions)"/>. The token with which the template ends messages ends the text
    /// too.</returns>
    /// <exception cref="InputException">The model has no chat template, the template cannot be applied to the messages, a character that
    /// the vocabulary lacks, or an option out of its range.</exception>
    public TextGeneration Generate(IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null)
    {
        (int[] ids, string prompt, IReadOnlyList<int> ends) = Encode(messages);
        return Begin(ids, prompt, options, ends);
    }

    /// <summary>Several texts that continue the same prompt, each with a seed of its own: the options' one and those behind it.</summary>
    /// <param name="prompt">The text to continue; empty to begin one, where the tokenizer marks beginnings.</param>
    /// <param name="count">How many.</param>
    /// <param name="options">Length and sampling; default: 200 tokens.</param>
    /// <returns>Generations that have not begun; they may run at once.</returns>
    /// <exception cref="InputException">As for <see cref="Generate(string, GenerationOptions)"/>, or there are not so many seeds from the
    /// options' one on.</exception>
    public IReadOnlyList<TextGeneration> GenerateSeveral(string prompt, int count, GenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        options ??= new GenerationOptions();
        if ((ulong)Math.Max(0, count - 1) > ulong.MaxValue - options.Seed)
        {
            throw new InputException(
                $"GenerationOptions.Seed is {options.Seed}, and {count} texts count it up beyond {ulong.MaxValue}; begin with a smaller one.")
            {
                Option = $"{nameof(GenerationOptions)}.{nameof(GenerationOptions.Seed)}",
            };
        }

        return [.. Enumerable.Range(0, count).Select(i => Generate(prompt, options with { Seed = options.Seed + (ulong)i }))];
    }

    /// <summary>
    /// Searches the likeliest continuations of a text (beam search, as transformers' with <c>early_stopping</c>): the search ends when as
    /// many texts ended as there are beams, or at <see cref="GenerationOptions.MaxTokens"/>. Processors see log-probabilities; what draws
    /// tokens (temperature, top-k, top-p, min-p, typical-p, the seed) has no part in it.
    /// </summary>
    /// <param name="prompt">The text to continue; empty to begin one, where the tokenizer marks beginnings.</param>
    /// <param name="options">Length and processors; default: 200 tokens.</param>
    /// <param name="beams">Hypotheses side by side, at least 1 and fewer than the vocabulary has tokens; 1 is greedy.</param>
    /// <param name="lengthPenalty">The exponent alpha: sums of log-probabilities are divided by length to the power of alpha; above 1
    /// favours long texts, 0 ranks by the sum.</param>
    /// <param name="cancellation">Ends it between two steps, and the reading of a prompt between two layers, with an
    /// <see cref="OperationCanceledException"/>.</param>
    /// <returns>The texts found, best first, at most as many as there are beams.</returns>
    /// <exception cref="InputException">An option out of its range or without a part in a search, an empty prompt, a text that may grow
    /// longer than the model's positions, or a mechanism that has no part in searches.</exception>
    public IReadOnlyList<TextHypothesis> Search(string prompt, GenerationOptions? options = null, int beams = 5, double lengthPenalty = 1,
        CancellationToken cancellation = default)
    {
        return new TextSearch(Network, Tokenizer, Description.EndOfText ?? []).Run(
            Encode(prompt), prompt, options, Beams(beams, lengthPenalty), cancellation);
    }

    /// <summary>Searches the likeliest next messages of a conversation, those of the assistant.</summary>
    /// <param name="messages">The messages so far.</param>
    /// <param name="options">Length and processors; default: 200 tokens.</param>
    /// <param name="beams">Hypotheses side by side, at least 1 and fewer than the vocabulary has tokens; 1 is greedy.</param>
    /// <param name="lengthPenalty">The exponent of the length.</param>
    /// <param name="cancellation">Ends it between two steps, and the reading of a prompt between two layers, with an
    /// <see cref="OperationCanceledException"/>.</param>
    /// <returns>The messages found, best first, at most as many as there are beams.</returns>
    /// <exception cref="InputException">As for
    /// <see cref="Search(string, GenerationOptions, int, double, CancellationToken)"/> and
    /// <see cref="Generate(IReadOnlyList{ChatMessage}, GenerationOptions)"/>.</exception>
    public IReadOnlyList<TextHypothesis> Search(IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, int beams = 5,
        double lengthPenalty = 1, CancellationToken cancellation = default)
    {
        (int[] ids, string prompt, IReadOnlyList<int> ends) = Encode(messages);
        return new TextSearch(Network, Tokenizer, ends).Run(ids, prompt, options, Beams(beams, lengthPenalty), cancellation);
    }

    /// <summary>Numbers of an <see cref="Embed(string, TextPooling)">embedding</see>: the width of the network's last states.</summary>
    public int EmbeddingWidth => Network.Narrowing?.Weight.Shape[0] ?? Network.Config.Dim;

    /// <summary>A vector for a text: the network's last states, those that it scores the next token from, pooled over the tokens.</summary>
    /// <param name="text">At least one token, and no more than the model has positions.</param>
    /// <param name="pooling">Over all tokens, or the last one's state, which alone has seen all of them.</param>
    /// <returns>A vector of <see cref="EmbeddingWidth"/> numbers, not normalised.</returns>
    /// <exception cref="InputException">No token, more tokens than the model has positions, or a character that the vocabulary
    /// lacks.</exception>
    /// <exception cref="ArgumentException">No text, or a pooling that does not exist.</exception>
    public TextEmbedding Embed(string text, TextPooling pooling = TextPooling.Mean)
    {
        ArgumentNullException.ThrowIfNull(text);
        Utf8Text.RequireWhole(text, "The text");
        int[] ids = Tokenizer.Encode(text);
        return ids.Length > 0
            ? Embed(ids, pooling)
            : throw new InputException("The text is empty; an embedding needs at least one token.");
    }

    /// <summary>A vector for a text of tokens, as <see cref="Embed(string, TextPooling)"/> makes it.</summary>
    /// <param name="tokens">Ids of the vocabulary: at least one, and no more than the model has positions.</param>
    /// <param name="pooling">Over all tokens, or the last one's state.</param>
    /// <returns>A vector of <see cref="EmbeddingWidth"/> numbers, not normalised.</returns>
    /// <exception cref="InputException">No token, one that the vocabulary does not have, or more than the model has positions.</exception>
    /// <exception cref="ArgumentException">A pooling that does not exist.</exception>
    public TextEmbedding Embed(ReadOnlySpan<int> tokens, TextPooling pooling)
    {
        if (!Enum.IsDefined(pooling))
        {
            throw new ArgumentOutOfRangeException(nameof(pooling), pooling, "States are pooled by Mean or Last.");
        }

        int[] ids = RequireTokens(tokens, "The text");
        if (ids.Length > Network.Config.PositionLimit)
        {
            throw new InputException($"The text has {ids.Length:N0} tokens, and the model {Network.Config.PositionLimit:N0} positions.");
        }

        using DeviceScope? device = DeviceScope.Enter(Network.Device);
        using StepScope step = new();
        using NoGradientScope none = new();
        Tensor states = Network.Hidden(Tensor.From(ids, new Shape(1, ids.Length)), ForwardContext.Inference);
        Tensor pooled = pooling == TextPooling.Mean ? states.Mean([1]) : states.Slice(1, ids.Length - 1, 1);
        return new TextEmbedding(pooled.ToArray(), ids.Length);
    }

    /// <summary>
    /// Writes the model as Hugging Face's transformers library keeps a GPT-2 (<see cref="Gpt2Folder"/>), so that whatever reads GPT-2 reads
    /// it. The folder appears as a whole or not at all.
    /// </summary>
    /// <param name="path">The folder; its parents are created.</param>
    /// <param name="replace">Whether to replace an earlier model; false writes only where there is nothing.</param>
    /// <exception cref="InputException">GPT-2 cannot express the model, and the message says what does not fit;
    /// or the folder cannot be written.</exception>
    public void SaveAsGpt2(string path, bool replace = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Gpt2Folder.Write(Parts(), path, replace);
    }

    /// <summary>
    /// Writes the model as Hugging Face's transformers library keeps a Llama, Mistral, Qwen2 or Qwen3, whichever expresses it
    /// (<see cref="LlamaFolder"/>). The folder appears as a whole or not at all.
    /// </summary>
    /// <param name="path">The folder; its parents are created.</param>
    /// <param name="replace">Whether to replace an earlier model; false writes only where there is nothing.</param>
    /// <exception cref="InputException">The family cannot express the model, and the message says what does not fit;
    /// or the folder cannot be written.</exception>
    public void SaveAsLlama(string path, bool replace = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LlamaFolder.Write(Parts(), path, replace);
    }

    internal override void WriteFiles(string folder)
    {
        RequireConfiguredAttention();
        AdapterBase? home = Home;
        AtomicFile.Write(Path.Combine(folder, CheckpointFolder.ConfigFile),
            JsonDocuments.Write(Description with { Base = home }, DescriptionJson.Default.ModelDescription));
        WriteWeights(folder, home);
        Tokenizer.Save(Path.Combine(folder, CheckpointFolder.TokenizerFile));
        ChatTemplateFiles.Write(folder, ChatTemplate);
    }

    internal override void Attach(LoraConfig lora, RandomSource random)
    {
        Network.Attach(lora, random);
        Description = Description with { Model = Network.Config };
    }

    private protected override void Merge()
    {
        Network.MergeAdapters();
        Description = Description with { Model = Network.Config, Base = null };
    }

    private LanguageModelParts Parts()
    {
        RequireConfiguredAttention();
        return new LanguageModelParts(Network, Tokenizer, Description) { ChatTemplate = ChatTemplate };
    }

    // Read again, the folder would be a model of softmax attention with the weights of something else.
    private void RequireConfiguredAttention()
    {
        if (Network.HasOwnAttention)
        {
            throw new InputException(
                "The model has an attention of its own, which no description of a model folder tells: save its weights by "
                + $"{nameof(ModuleWeights)}.{nameof(ModuleWeights.Save)}.");
        }
    }

    private int[] Encode(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        Utf8Text.RequireWhole(prompt, "The prompt");
        int[] ids = Tokenizer.Encode(prompt);
        return ids.Length > 0 ? ids : throw new InputException("The prompt is empty; a model needs at least one token to continue.");
    }

    private (int[] Ids, string Prompt, IReadOnlyList<int> Ends) Encode(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i] is not { Role: { } role, Content: { } content })
            {
                throw new ArgumentException($"Message {i + 1} of the conversation, its role or its content is null.", nameof(messages));
            }

            Utf8Text.RequireWhole(role, $"The role of message {i + 1}");
            Utf8Text.RequireWhole(content, $"Message {i + 1}");
        }

        ChatTemplate template = ChatTemplate ?? throw new InputException(
            "The model has no chat template (chat_template of tokenizer_config.json, or chat_template.jinja): it knows no messages.");
        string prompt = template.Format(messages);

        // The template writes all special tokens itself.
        int[] ids = Tokenization.Tokenizer.EncodePlain(Tokenizer, prompt);
        if (ids.Length == 0)
        {
            throw new InputException("The chat template makes an empty prompt of the messages.");
        }

        int? end = template.EndOfText is { } name ? Tokenization.Tokenizer.FindToken(Tokenizer, name) : null;
        IReadOnlyList<int> ends = Description.EndOfText ?? [];
        return (ids, prompt, end is { } id && !ends.Contains(id) ? [.. ends, id] : ends);
    }

    private int[] RequireTokens(ReadOnlySpan<int> tokens, string what)
    {
        if (tokens.Length == 0)
        {
            throw new InputException($"{what} is empty; a model needs at least one token.");
        }

        foreach (int token in tokens)
        {
            if ((uint)token >= (uint)Tokenizer.VocabularySize)
            {
                throw new InputException(
                    $"{what} has the token {token}, and the ids of the vocabulary are 0 to {Tokenizer.VocabularySize - 1}.");
            }
        }

        return tokens.ToArray();
    }

    private static BeamSearchOptions Beams(int beams, double lengthPenalty) =>
        new() { Beam = beams, LengthPenalty = lengthPenalty, MinLength = 0 };

    private TextGeneration Begin(int[] ids, string prompt, GenerationOptions? options, IReadOnlyList<int> ends)
    {
        options ??= new GenerationOptions();
        options.Validate();
        if (options.WindowStride > Network.Config.PositionLimit)
        {
            throw new InputException(
                $"GenerationOptions.WindowStride is {options.WindowStride}, and a window of the model's {Network.Config.PositionLimit} "
                + "positions cannot move further at a time.")
            {
                Option = $"{nameof(GenerationOptions)}.{nameof(GenerationOptions.WindowStride)}",
            };
        }

        options.RequireKnown(Tokenizer.VocabularySize);

        // Exits that the model does not have are refused before anything is written.
        Network.CreateState(depth: options.Exits);
        return new TextGeneration(Network, Tokenizer, ids, prompt, options, options.IgnoreEndOfText ? [] : ends);
    }

    private static LanguageModel Read(string path, string? home)
    {
        if (HuggingFaceConfig.ModelType(path) is not null)
        {
            AdapterFolder.RequireNoBase(path, home);
            LanguageModelParts parts = HuggingFaceFolder.Read(path);
            return new LanguageModel(parts.Network, parts.Tokenizer, parts.Description)
            {
                Folder = Path.GetFullPath(path),
                ChatTemplate = parts.ChatTemplate,
            };
        }

        string folder = CheckpointFolder.Resolve(path);
        if (AdapterFolder.IsOne(folder))
        {
            return ReadAdapter(folder, home);
        }

        AdapterFolder.RequireNoBase(path, home);
        LanguageModel model = CheckpointFolder.Read(folder, ReadFolder);
        model.Folder = model.Lora is null ? Path.GetFullPath(path) : null;
        return model;
    }

    private static LanguageModel ReadAdapter(string folder, string? home)
    {
        AdapterFolder.Open(folder);
        string path = AdapterFolder.FindBase(folder, home);
        LanguageModel model = Read(path, null);
        AdapterFolder.RequireWhole(path, model.Lora);
        if (!AdapterFolder.IsOwn(folder))
        {
            model.LoadAdapter(folder);
            return model;
        }

        // What the adapter's own folder says about data and evaluation counts, and so do the words that it was trained with.
        ModelDescription description = ReadDescription(folder);
        string tokenizer = Path.Combine(folder, CheckpointFolder.TokenizerFile);
        LanguageModel own = new(
            model.Network, Tokenization.Tokenizer.Load(tokenizer), description with { Model = model.Network.Config })
        {
            Folder = model.Folder,
            ChatTemplate = ChatTemplateFiles.Read(folder) ?? model.ChatTemplate,
        };
        own.TakeAdapter(folder, AdapterFolder.RequireLora(folder, description.Model.Lora));
        return own;
    }

    private static LanguageModel ReadFolder(string folder)
    {
        ModelDescription description = ReadDescription(folder);
        ITokenizer tokenizer = Tokenization.Tokenizer.Load(Path.Combine(folder, CheckpointFolder.TokenizerFile));
        string weights = Path.Combine(folder, CheckpointFolder.ModelFile);
        ModuleWeights.RequireMatch(description.Model.Shapes(), weights);
        CausalLanguageModel network = Initialization.Skip(() => new CausalLanguageModel(description.Model, new RandomSource(0)));
        ModuleWeights.Load(network, weights);
        return new LanguageModel(network, tokenizer, description) { ChatTemplate = ChatTemplateFiles.Read(folder) };
    }
}
