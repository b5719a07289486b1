using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tests.Golden;
using ManagedTransformer.Tests.OnDevice;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>A small model of every architecture, without dropout, to set adapters beside its maps.</summary>
internal static class LoraModels
{
    private const int Vocab = 17, Rows = 2, Length = 7;

    private static readonly LanguageModelConfig _plain = new()
    {
        Vocab = Vocab,
        Dim = 24,
        Layers = 2,
        Heads = 2,
        Ffn = 40,
        Positions = PositionKind.None,
    };

    private static readonly Dictionary<string, object> _more = new()
    {
        ["rotary"] = _plain with
        {
            Attention = AttentionKind.Rotary,
            Rotary = new RotaryConfig { KeyHeads = 1, QueryKeyNorm = true, Bias = AttentionBias.All },
            GatedFfn = true,
            Norm = NormKind.Rms,
            Tie = false,
        },
        ["decay"] = _plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new LinearAttentionConfig { Map = FeatureMapKind.Elu1, Gate = LinearGateKind.Decay },
        },
        ["linear translation"] = new EncoderDecoderConfig
        {
            SrcVocab = Vocab,
            Vocab = Vocab,
            Dim = 24,
            Heads = 2,
            Ffn = 40,
            EncoderLayers = 1,
            DecoderLayers = 2,
            PreNorm = true,
            Linear = new LinearAttentionConfig { Map = FeatureMapKind.Learned, FeatureSize = 5 },
            CrossLinear = new LinearAttentionConfig { Map = FeatureMapKind.Learned, FeatureSize = 5 },
        },
    };

    /// <summary>The architectures.</summary>
    public static IEnumerable<string> Names => [.. ArchitectureRecipes.Names.Where(name => name != "lora"), .. _more.Keys];

    /// <summary>Every architecture with every kind of map that it has.</summary>
    public static IEnumerable<(string Name, string Target)> Targets => Names.SelectMany(name =>
        LoraAdapters.Kinds(LoraAdapters.Maps(Create(name, null))).Split(", ").Select(target => (name, target)));

    /// <summary>A model whose weights depend on its name alone.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="lora">Adapters, whose values are all random; null for none.</param>
    public static Module Create(string name, LoraConfig? lora)
    {
        Module model = Config(name) switch
        {
            LanguageModelConfig config => new CausalLanguageModel(config, new RandomSource(3)),
            EncoderDecoderConfig config => new EncoderDecoderModel(config, new RandomSource(3)),
            _ => throw new InvalidOperationException(),
        };
        if (lora is null)
        {
            return model;
        }

        if (model is CausalLanguageModel language)
        {
            language.Attach(lora, new RandomSource(4));
        }
        else
        {
            ((EncoderDecoderModel)model).Attach(lora, new RandomSource(4));
        }

        RandomSource random = new(5);
        foreach (NamedMap named in LoraAdapters.Maps(model).Where(named => named.Map.Adapter is not null))
        {
            Parameter up = named.Map.Adapter!.Up;
            up.Assign(Tensor.Normal(up.Shape, 0, 0.3f, random.NextKey()));
        }

        return model;
    }

    /// <summary>Scores of a whole text or translation, and of the same step by step.</summary>
    public static (Tensor Whole, Tensor Steps) Scores(Module model)
    {
        using NoGradientScope _ = new();
        Tensor tokens = ConfigSpace.Tokens(Rows, Length, Vocab, 5);
        if (model is CausalLanguageModel language)
        {
            LanguageModelState state = language.CreateState(Rows);
            return (language.Forward(tokens, ForwardContext.Inference), Step(token => language.Step(token, state)));
        }

        EncoderDecoderModel translation = (EncoderDecoderModel)model;
        Tensor source = ConfigSpace.Tokens(Rows, Length, Vocab, 6);
        DecodingState decoding = translation.CreateState(translation.Encode(source, ForwardContext.Inference));
        return (translation.Forward(source, tokens, ForwardContext.Inference), Step(token => translation.Step(token, decoding)));

        Tensor Step(Func<Tensor, Tensor> step) => TensorOperators.Concat(
            1,
            [
                .. Enumerable.Range(0, Length).Select(i => step(tokens.Slice(1, i, 1)))
                    .Select(scores => scores.Reshape(new Shape(Rows, 1, Vocab)).Keep()),
            ]);
    }

    /// <summary>The loss that training minimises.</summary>
    public static Tensor Loss(Module model, ForwardContext context)
    {
        Tensor tokens = ConfigSpace.Tokens(Rows, Length, Vocab, 5), targets = ConfigSpace.Tokens(Rows, Length, Vocab, 7);
        return model is CausalLanguageModel language
            ? language.TrainingLoss(tokens, targets, context).Total
            : ((EncoderDecoderModel)model).TrainingLoss(ConfigSpace.Tokens(Rows, Length, Vocab, 6), tokens, targets, context).Total;
    }

    private static object Config(string name)
    {
        if (_more.TryGetValue(name, out object? config))
        {
            return config;
        }

        using TemporaryFolder folder = new();
        return ArchitectureRecipes.Load(name, folder["recipe.json"]) switch
        {
            LanguageModelRecipe language => language.Model with { Vocab = Vocab, Dropout = 0, AttentionDropout = 0 },
            TranslationRecipe translation => translation.Model with { SrcVocab = Vocab, Vocab = Vocab, Dropout = 0 },
            _ => throw new InvalidOperationException(),
        };
    }
}
