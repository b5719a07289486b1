using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>
/// Reads and writes GPT-2 as Hugging Face's transformers library keeps it: a folder with <c>config.json</c>, <c>model.safetensors</c> (or
/// shards and <c>model.safetensors.index.json</c>), <c>tokenizer.json</c> or <c>vocab.json</c> with <c>merges.txt</c>, and what
/// <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c> say about special tokens.
/// </summary>
/// <remarks>
/// GPT-2 (Radford et al., 2019) is the pre-norm language model of this library with learned positions and biases. Its linear maps compute
/// y = x W + b with W [in, out], the transpose of this library's weights, and c_attn holds query, key and value side by side;
/// <see cref="Gpt2Tensor"/> is the table.
/// </remarks>
internal static class Gpt2Folder
{
    private const string ModelType = "gpt2";
    private const string VocabularyFile = "vocab.json";
    private const string MergesFile = "merges.txt";

    /// <summary>Loads a model; weights in half precision become float32.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>The parts of a model, with GPT-2's number of positions as the block length of evaluations.</returns>
    /// <exception cref="InputException">A file is missing or damaged, the model is another one than GPT-2 or has an option that is not
    /// supported, a tensor is missing, surplus, of another shape or of integers, or the tokenizer has an option that is not supported; the
    /// message names the first.</exception>
    internal static LanguageModelParts Read(string path)
    {
        string folder = CheckpointFolder.Open(path, requireManifest: false);
        ModelDescription description = ReadDescription(folder);
        using SafetensorsShards weights = SafetensorsShards.Open(folder);
        Gpt2Weights.RequireMatch(weights, description.Model);
        ITokenizer tokenizer = ReadTokenizer(folder);
        CausalLanguageModel network = Initialization.Skip(() => new CausalLanguageModel(description.Model, new RandomSource(0)));
        Gpt2Weights.Read(weights, network);
        return new LanguageModelParts(network, tokenizer,
            description with
            {
                EndOfText = EndOfText.Read(
                    folder, description.Model.Vocab, Gpt2Config.EndOfTextWhereAbsent(description.Model, tokenizer)),
            })
        {
            ChatTemplate = ChatTemplateFiles.Read(folder),
        };
    }

    /// <summary>
    /// Writes a model as GPT-2, so that whatever reads GPT-2 reads it: weights in float32, both forms of the tokenizer. The folder appears
    /// as a whole or not at all; an earlier model under the same path is replaced.
    /// </summary>
    /// <param name="model">A model of GPT-2's kind with a byte-level BPE.</param>
    /// <param name="path">The folder; its parents are created.</param>
    /// <param name="replace">Whether to replace an earlier model; false writes only where there is nothing.</param>
    /// <exception cref="InputException">GPT-2 cannot express the model, and the message says what does not fit;
    /// or the folder cannot be written.</exception>
    internal static void Write(LanguageModelParts model, string path, bool replace)
    {
        LanguageModelConfig config = model.Network.Config;
        Gpt2Compatibility.Require(config);
        BytePairTokenizer tokenizer = LimitedTokenizer.WholeOf(model.Tokenizer) as BytePairTokenizer
            ?? throw new InputException(
                "GPT-2 cannot express the model's tokenizer: only a byte-level BPE (tokenizer.type bpe) can be "
                + "written as vocab.json and merges.txt.");
        CheckpointFolder.Write(
            path,
            folder =>
            {
                Gpt2Config.Write(Path.Combine(folder, CheckpointFolder.ConfigFile), config, tokenizer, model.Description.EndOfText);
                Gpt2Weights.Write(Path.Combine(folder, CheckpointFolder.ModelFile), model.Network);
                tokenizer.Save(Path.Combine(folder, CheckpointFolder.TokenizerFile));
                tokenizer.Save(Path.Combine(folder, VocabularyFile), Path.Combine(folder, MergesFile));
                Gpt2Config.WriteTokenizerConfig(Path.Combine(folder, HuggingFaceTokenizerSettings.ConfigFile), config, tokenizer);
                ChatTemplateFiles.Write(folder, model.ChatTemplate);
            },
            withManifest: false,
            replace);
    }

    /// <summary>What the folder's model is in terms of this library.</summary>
    internal static ModelDescription ReadDescription(string folder)
    {
        string path = Path.Combine(folder, CheckpointFolder.ConfigFile);
        if (HuggingFaceConfig.ModelType(folder) is { } type and not ModelType)
        {
            throw new InputException($"{path}: the model type is '{type}'; of Hugging Face's models {ModelType}, "
                + $"{string.Join(", ", LlamaType.All.Select(known => known.Name))} can be read.");
        }

        LanguageModelConfig config = Gpt2Config.Read(path);
        return new ModelDescription { Architecture = Recipe.TransformerLanguageModel, Model = config, Context = config.MaxPositions };
    }

    private static ITokenizer ReadTokenizer(string folder)
    {
        string file = Path.Combine(folder, CheckpointFolder.TokenizerFile);
        if (File.Exists(file))
        {
            return Tokenizer.Load(file) is BytePairTokenizer pairs
                ? pairs.With(HuggingFaceTokenizerSettings.Read(folder))
                : Tokenizer.Load(folder);
        }

        string vocabulary = Path.Combine(folder, VocabularyFile), merges = Path.Combine(folder, MergesFile);
        return File.Exists(vocabulary) && File.Exists(merges)
            ? Gpt2TokenizerFiles.Read(vocabulary, merges, HuggingFaceTokenizerSettings.Read(folder))
            : throw new InputException(
                $"The folder '{folder}' has no tokenizer: neither {CheckpointFolder.TokenizerFile} nor "
                + $"{VocabularyFile} with {MergesFile}.");
    }
}
