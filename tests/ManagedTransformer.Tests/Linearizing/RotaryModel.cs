using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Tests.Linearizing;

/// <summary>A small Llama over bytes, to be linearised.</summary>
internal static class RotaryModel
{
    /// <summary>Its configuration: heads of width 4, two of which share keys.</summary>
    public static LanguageModelConfig Config => new()
    {
        Vocab = 256,
        Dim = 16,
        Layers = 3,
        Heads = 4,
        Ffn = 24,
        GatedFfn = true,
        Activation = Activation.Silu,
        Norm = NormKind.Rms,
        Bias = false,
        FfnBias = false,
        Tie = true,
        Positions = PositionKind.None,
        Attention = AttentionKind.Rotary,
        Rotary = new RotaryConfig { KeyHeads = 2 },
        AttentionDropout = 0.1f,
    };

    /// <summary>The network with random weights.</summary>
    public static CausalLanguageModel Network => new(Config, new RandomSource(3));

    /// <summary>Writes the model as a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="change">Changes its weights; null for none.</param>
    public static void Save(string folder, Action<CausalLanguageModel>? change = null)
    {
        CausalLanguageModel network = Network;
        change?.Invoke(network);
        new LanguageModel(network, new ByteTokenizer(), new ModelDescription
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = Config,
            Context = 16,
        }).Save(folder);
    }

    /// <summary>Writes a text to train on.</summary>
    public static void WriteText(string file) =>
        File.WriteAllText(file, string.Concat(Enumerable.Range(0, 60).Select(i => $"a line with the number {i * 7}.\n")));
}
