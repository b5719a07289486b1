using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Server.Tests;

/// <summary>Small models with random weights whose mechanisms have something to tell.</summary>
internal static class OtherModels
{
    private const string Alphabet = "\n abcdefghijklmnopqrstuvwxyzAHO.,:";

    /// <summary>A language model whose heads have learnt how far they look.</summary>
    public static LanguageModel CreateSpans()
    {
        CharacterTokenizer tokenizer = CharacterTokenizer.FromText(Alphabet);
        LanguageModelConfig config = new()
        {
            Vocab = tokenizer.VocabularySize,
            Dim = 16,
            Layers = 2,
            Heads = 4,
            Attention = AttentionKind.AdaptiveSpan,
            Span = new() { Limit = 64, Ramp = 8, Initial = 0.5f },
            Positions = PositionKind.Relative,
            PreNorm = false,
            Bias = false,
        };
        return new LanguageModel(
            new CausalLanguageModel(config, new RandomSource(3)), tokenizer,
            new ModelDescription { Architecture = Recipe.TransformerLanguageModel, Model = config, Context = 32 });
    }

    /// <summary>A translation model whose tokens leave the decoder at the layer that they need.</summary>
    public static TranslationModel CreateTranslation()
    {
        SentenceTokenizer tokenizer = new(CharacterTokenizer.FromText(Alphabet));
        EncoderDecoderConfig config = new()
        {
            SrcVocab = tokenizer.VocabularySize,
            Vocab = tokenizer.VocabularySize,
            Dim = 16,
            Heads = 2,
            Ffn = 32,
            EncoderLayers = 1,
            DecoderLayers = 4,
            MaxPositions = 64,
            Exits = new DepthConfig { Halting = HaltingKind.Confidence, Thresholds = [0.05f, 0.05f, 0.05f] },
        };
        return new TranslationModel(
            new EncoderDecoderModel(config, new RandomSource(4)), tokenizer, tokenizer,
            new TranslationDescription { Architecture = Recipe.TransformerTranslation, Model = config });
    }
}
