using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.LlamaCpp;

/// <summary>One model with random weights, in folders of this library and in GGUF files, as float32, bfloat16 and 8-bit integers.</summary>
internal static class ModelFiles
{
    /// <summary>Names of the types on the command line, as <c>--weights</c> of mt has them, and what GGUF calls them.</summary>
    public static readonly IReadOnlyList<(string Name, DType Type, GgufType Gguf)> Types =
    [
        ("f32", DType.Float32, GgufType.Float32), ("bf16", DType.BFloat16, GgufType.BFloat16), ("int8", DType.Int8, GgufType.Q8),
    ];

    public static string Folder(string folder, string type) => Path.Combine(folder, $"model-{type}");

    public static string Gguf(string folder, string type) => Path.Combine(folder, $"model-{type}.gguf");

    /// <summary>Writes all files; the same weights in all of them.</summary>
    public static void Write(string folder, string recipe)
    {
        Directory.CreateDirectory(folder);
        LanguageModelConfig config = ((LanguageModelRecipe)Recipe.Builtin(recipe)).Model;
        foreach ((string name, DType type, GgufType gguf) in Types)
        {
            CausalLanguageModel network = new(config, new RandomSource(1));
            Write(network, Gguf(folder, name), gguf);
            network.RoundWeights(type);
            ModelDescription description = new() { Architecture = Recipe.TransformerLanguageModel, Model = config, Context = 1024 };
            new LanguageModel(network, new ByteTokenizer(), description).Save(Folder(folder, name));
        }
    }

    private static void Write(CausalLanguageModel network, string path, GgufType type)
    {
        LanguageModelConfig config = network.Config;
        RotaryConfig rotary = config.Rotary!;
        GgufWriter file = new();
        file.Add("general.architecture", "llama");
        file.Add("llama.block_count", config.Layers);
        file.Add("llama.context_length", config.MaxPositions);
        file.Add("llama.embedding_length", config.Dim);
        file.Add("llama.feed_forward_length", config.FeedForward);
        file.Add("llama.attention.head_count", config.Heads);
        file.Add("llama.attention.head_count_kv", rotary.KeyHeads ?? config.Heads);
        file.Add("llama.attention.layer_norm_rms_epsilon", config.NormEpsilon);
        file.Add("llama.rope.dimension_count", config.Dim / config.Heads);
        file.Add("llama.rope.freq_base", (float)rotary.Theta);
        file.Add("llama.vocab_size", config.Vocab);
        file.Add("tokenizer.ggml.model", "none");
        foreach (NamedParameter named in network.Parameters())
        {
            Tensor tensor = named.Parameter;
            string name = GgufNames.Of(named.Name);
            bool isRotated = named.Name.EndsWith("attn.query.weight", StringComparison.Ordinal)
                || named.Name.EndsWith("attn.key.weight", StringComparison.Ordinal);
            long[] shape = [.. tensor.Shape.ToArray().Select(size => (long)size)];
            int width = tensor.Shape[-1], half = config.Dim / config.Heads / 2;
            file.Add(name, shape, shape.Length == 1 ? GgufType.Float32 : type,
                () => isRotated ? Interleave(tensor.ToArray(), width, half) : tensor.ToArray());
        }

        file.Write(path);
    }

    // llama.cpp rotates neighbours, we rotate rows i and i + half of a head.
    private static float[] Interleave(float[] rows, int width, int half)
    {
        float[] result = new float[rows.Length];
        for (int row = 0; row < rows.Length / width; row++)
        {
            (int head, int place) = Math.DivRem(row, 2 * half);
            int source = (head * 2 * half) + (place / 2) + (place % 2 * half);
            rows.AsSpan(source * width, width).CopyTo(result.AsSpan(row * width));
        }

        return result;
    }
}
