using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Fuzz.Targets;

/// <summary>Models of a few hundred values with random weights, and the folders that the library writes of them.</summary>
internal static class TinyModels
{
    private const string Alphabet = "\n abcdefghijklmnopqrstuvwxyz.,:";

    private const string Template =
        "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";

    private static readonly LanguageModelConfig _llama = new()
    {
        Vocab = 256,
        Dim = 8,
        Layers = 1,
        Heads = 2,
        Ffn = 8,
        MaxPositions = 16,
        Attention = AttentionKind.Rotary,
        Rotary = new RotaryConfig { KeyHeads = 1 },
        Positions = PositionKind.None,
        GatedFfn = true,
        Activation = Activation.Silu,
        Norm = NormKind.Rms,
        Bias = false,
    };

    /// <summary>A language model of characters with a chat template.</summary>
    public static LanguageModel Language()
    {
        CharacterTokenizer tokenizer = CharacterTokenizer.FromText(Alphabet);
        LanguageModelConfig config = new()
        {
            Vocab = tokenizer.VocabularySize,
            Dim = 8,
            Layers = 1,
            Heads = 2,
            Positions = PositionKind.Learned,
            MaxPositions = 64,
        };
        return Of(config, tokenizer, new ChatTemplate(Template));
    }

    /// <summary>A translation model of characters.</summary>
    public static TranslationModel Translation()
    {
        SentenceTokenizer tokenizer = new(CharacterTokenizer.FromText(Alphabet));
        EncoderDecoderConfig config = new()
        {
            SrcVocab = tokenizer.VocabularySize,
            Vocab = tokenizer.VocabularySize,
            Dim = 8,
            Heads = 2,
            Ffn = 8,
            EncoderLayers = 1,
            DecoderLayers = 1,
            MaxPositions = 64,
        };
        return new TranslationModel(
            new EncoderDecoderModel(config, new RandomSource(4)), tokenizer, tokenizer,
            new TranslationDescription { Architecture = Recipe.TransformerTranslation, Model = config });
    }

    /// <summary>The files of a model folder of this library.</summary>
    public static IReadOnlyDictionary<string, byte[]> Folder(TrainedModel model) => Files(model.Save);

    /// <summary>The files of a GPT-2 in Hugging Face's format.</summary>
    public static IReadOnlyDictionary<string, byte[]> Gpt2()
    {
        BytePairTokenizer tokenizer = BytePairTokenizer.Train(
            "the cat sat on the mat and the dog sat on the log."u8, 262, ["<|endoftext|>"]);
        LanguageModelConfig config = new()
        {
            Vocab = tokenizer.VocabularySize,
            Dim = 4,
            Layers = 1,
            Heads = 2,
            Ffn = 8,
            MaxPositions = 16,
            Positions = PositionKind.Learned,
            Activation = Activation.GeluTanh,
            PreNorm = true,
            Tie = true,
        };
        return Files(folder => Of(config, tokenizer).SaveAsGpt2(folder));
    }

    /// <summary>The files of a model of the Llama family.</summary>
    public static IReadOnlyDictionary<string, byte[]> Llama() =>
        Files(folder => Of(_llama, new ByteTokenizer()).SaveAsLlama(folder));

    /// <summary>Those of a model of the Llama family in two folders: a model, and an adapter of it in PEFT's format.</summary>
    public static IReadOnlyDictionary<string, byte[]> Adapter() => Files(folder =>
    {
        LanguageModel model = Of(_llama, new ByteTokenizer());
        model.SaveAsLlama(Path.Combine(folder, "base"));
        model = LanguageModel.Load(Path.Combine(folder, "base"));
        model.Attach(new LoraConfig { Rank = 2, Alpha = 4, Targets = ["value", "down"] }, new RandomSource(7));
        model.SaveAdapter(Path.Combine(folder, "adapter"));
    });

    private static LanguageModel Of(LanguageModelConfig config, ITokenizer tokenizer, ChatTemplate? template = null) => new(
        new CausalLanguageModel(config, new RandomSource(5)), tokenizer,
        new ModelDescription { Architecture = Recipe.TransformerLanguageModel, Model = config, Context = 16 })
    {
        ChatTemplate = template,
    };

    private static Dictionary<string, byte[]> Files(Action<string> write)
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("mt-fuzz-model-");
        try
        {
            string folder = Path.Combine(root.FullName, "model");
            write(folder);
            return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllBytes);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
