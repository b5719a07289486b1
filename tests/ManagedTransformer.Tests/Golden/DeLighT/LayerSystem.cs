using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DeLighT;

/// <summary>Encoder layers, decoder layers with an encoder, and causal layers without one.</summary>
internal sealed class LayerSystem(string name) : IGoldenSystem
{
    public string Name => name;

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        int dim = config.Int("d_model");
        UnitPlan plan = UnitPlan.Create(
            new UnitOptions
            {
                Input = dim,
                Projection = dim / 2,
                Output = dim / 2,
                WidthMultiplier = config.Double("width"),
                Depth = config.Int("depth"),
                MaxGroups = config.Int("max_groups"),
                Mode = DelightModels.Mode(config),
                Shuffle = config.Bool("shuffle", true),
                Mixer = config.Bool("mixer", true),
                Activation = DelightModels.Activation(config),
            },
            test.Name);
        TransformerLayerOptions options = new()
        {
            Dim = dim,
            Heads = 1,
            FeedForward = dim / config.Int("ffn_reduction", 4),
            Activation = plan.Options.Activation,
            PreNorm = config.Bool("pre_norm", false),
        };
        Tensor x = check.Input("x");
        if (test.Has("in/enc"))
        {
            Tensor memory = check.Input("enc");
            TransformerLayer layer = DelightLayers.Create(options, plan, dim, new RandomSource(1));
            check.Load(layer);
            AttentionMask cross = new(KeyPadding: test.OptionalFloats("in/enc_pad_mask"));
            Compare(layer, layer.Forward(x, new AttentionMask(Causal: true), ForwardContext.Inference, memory, cross));
            check.CompareInputGradient("enc", memory);
            return;
        }

        TransformerLayer encoder = DelightLayers.Create(options, plan, null, new RandomSource(1));
        check.Load(encoder);
        AttentionMask mask = new(Causal: name == "decoder_layer", KeyPadding: test.OptionalFloats("in/pad_mask"));
        Compare(encoder, encoder.Forward(x, mask, ForwardContext.Inference));

        void Compare(Module module, Tensor y)
        {
            check.Compare("out/y", y);
            check.Differentiate(("y", y));
            check.CompareInputGradient("x", x);
            check.CompareGradients(module);
        }
    }
}
