using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>
/// Reads and writes models of the Llama family (Llama, Mistral, Qwen2, Qwen3; SmolLM and TinyLlama are Llamas) as Hugging Face's
/// transformers library keeps them: <c>config.json</c>, <c>model.safetensors</c> or shards with an index, <c>tokenizer.json</c>, and what
/// <c>generation_config.json</c> says about the tokens that end texts.
/// </summary>
internal static class LlamaFolder
{
    // Blocks of evaluations; the positions of these models are too many for one.
    private const int MostContext = 1024;

    /// <summary>Loads a model; weights in half precision become float32.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">A file is missing or damaged, the model has an option that is not supported, a tensor is missing,
    /// surplus, of another shape or of integers, or the tokenizer cannot be read; the message names the first.</exception>
    public static LanguageModelParts Read(string path)
    {
        string folder = CheckpointFolder.Open(path, requireManifest: false);
        ModelDescription description = ReadDescription(folder);
        using SafetensorsShards weights = SafetensorsShards.Open(folder);
        LlamaWeights.RequireMatch(weights, description.Model.Shapes());
        ITokenizer tokenizer = LimitedTokenizer.For(Tokenizer.Load(folder), description.Model.Vocab);
        CausalLanguageModel network = Initialization.Skip(() => new CausalLanguageModel(description.Model, new RandomSource(0)));
        LlamaWeights.Read(weights, network);
        return new LanguageModelParts(network, tokenizer, description) { ChatTemplate = ChatTemplateFiles.Read(folder) };
    }

    /// <summary>
    /// Writes a model so that whatever reads the Llama family reads it. The folder appears as a whole or not at all; an earlier model under
    /// the same path is replaced.
    /// </summary>
    /// <param name="model">A model that the family can express.</param>
    /// <param name="path">The folder; its parents are created.</param>
    /// <param name="replace">Whether to replace an earlier model; false writes only where there is nothing.</param>
    /// <exception cref="InputException">The family cannot express the model, and the message says what does not fit; or the folder cannot
    /// be written.</exception>
    public static void Write(LanguageModelParts model, string path, bool replace)
    {
        LlamaType type = LlamaCompatibility.TypeOf(model.Network.Config);
        CheckpointFolder.Write(
            path,
            folder =>
            {
                LlamaConfigWriter.Write(
                    Path.Combine(folder, CheckpointFolder.ConfigFile),
                    model.Network.Config,
                    type,
                    model.Tokenizer.Encode("") is [int begin, ..] ? begin : null,
                    model.Description.EndOfText);
                LlamaWeights.Write(Path.Combine(folder, CheckpointFolder.ModelFile), model.Network);
                LimitedTokenizer.WholeOf(model.Tokenizer).Save(Path.Combine(folder, CheckpointFolder.TokenizerFile));
                ChatTemplateFiles.Write(folder, model.ChatTemplate);
            },
            withManifest: false,
            replace);
    }

    /// <summary>What the folder's model is in terms of this library.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">The description is missing or asks for something that is not supported.</exception>
    public static ModelDescription ReadDescription(string folder)
    {
        LanguageModelConfig config = LlamaConfig.Read(Path.Combine(folder, CheckpointFolder.ConfigFile));
        return new ModelDescription
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = config,
            Context = Math.Min(config.MaxPositions, MostContext),
            EndOfText = EndOfText.Read(folder, config.Vocab, null),
        };
    }
}
