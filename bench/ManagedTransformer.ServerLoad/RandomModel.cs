using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.ServerLoad;

/// <summary>A model that says nothing and takes the time of one that does.</summary>
internal static class RandomModel
{
    /// <summary>Writes one.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="recipe">A recipe of a language model.</param>
    public static void Make(string folder, string recipe)
    {
        if (Recipe.Load(recipe) is not LanguageModelRecipe { Model: { } config })
        {
            throw new InputException($"The recipe '{recipe}' is none of a language model.");
        }

        config = config with { Vocab = config.Vocab > 0 ? config.Vocab : 256 };
        new LanguageModel(
            new CausalLanguageModel(config, new RandomSource(1)), new ByteTokenizer(),
            new ModelDescription { Architecture = Recipe.TransformerLanguageModel, Model = config, Context = 512 }).Save(folder);
    }
}
