using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints.HuggingFace;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Llama;

/// <summary>Models and their parts as the cases describe them: by the keys of a <c>config.json</c>, which the library reads.</summary>
internal static class LlamaModels
{
    /// <summary>The configuration of a case.</summary>
    public static LanguageModelConfig Config(GoldenCase test) => LlamaConfig.Read(test.Config.Root, test.Name);

    /// <summary>The first layer of a model, with initial values.</summary>
    public static TransformerLayer Layer(LanguageModelConfig config)
    {
        RandomSource random = new(1);
        LanguageModelSlots slots = new(config);
        return slots.CreateStack(slots.CreateShared(random), random).Layers[0];
    }

    /// <summary>Base and scaling of the frequencies.</summary>
    public static RotaryConfig Rotary(GoldenCase test)
    {
        (double theta, RotaryScaling? scaling) = LlamaRope.Read(new ConfigReader(test.Config.Root, test.Name));
        return new RotaryConfig { HeadDim = test.Config.Int("head_dim"), Theta = theta, Scaling = scaling };
    }

    /// <summary>Where the rows of a case stand.</summary>
    public static RotaryOptions Positions(GoldenCase test) => new()
    {
        First = test.Config.Int("position_offset", 0),
        Positions = test.Has("in/position_ids") ? test.Integers("in/position_ids") : null,
    };

    /// <summary>One more than the last position of a case.</summary>
    public static int Reach(GoldenCase test, int length)
    {
        RotaryOptions positions = Positions(test);
        return positions.Positions is { } given ? given.ToInt32Array().Max() + 1 : positions.First + length;
    }

    /// <summary>What the positions of a case see.</summary>
    public static AttentionMask Mask(GoldenCase test) =>
        new(Causal: true, KeyPadding: test.OptionalFloats("in/key_padding_mask"));

    /// <summary>The states that the output layer of a model reads.</summary>
    public static Tensor Hidden(CausalLanguageModel model, Tensor tokens, AttentionMask mask)
    {
        ForwardContext context = ForwardContext.Inference;
        return model.Stack.Run(model.Embedding.Forward(tokens, context), new BlockAttention(mask, context), context);
    }
}
