using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Extensions.AI.Tests;

/// <summary>A small model of characters with random weights, whose texts say nothing and differ from seed to seed.</summary>
internal static class TinyModel
{
    private const string Alphabet = "\n abcdefghijklmnopqrstuvwxyzAHO.,:";

    public static LanguageModel Create(int[]? endOfText = null, ChatTemplate? template = null, int layers = 2)
    {
        CharacterTokenizer tokenizer = CharacterTokenizer.FromText(Alphabet);
        LanguageModelConfig config = new()
        {
            Vocab = tokenizer.VocabularySize,
            Dim = 32,
            Layers = layers,
            Heads = 2,
            Positions = PositionKind.Learned,
            MaxPositions = 512,
        };
        return new LanguageModel(
            new CausalLanguageModel(config, new RandomSource(5)), tokenizer,
            new ModelDescription
            {
                Architecture = Recipe.TransformerLanguageModel,
                Model = config,
                Context = 128,
                EndOfText = endOfText,
            })
        {
            ChatTemplate = template,
        };
    }
}
