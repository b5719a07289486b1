using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.LinearAttention;

internal sealed class LayerSystem : IGoldenSystem
{
    public string Name => "layer";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        LinearAttentionLayerOptions options = new()
        {
            Dim = config.Int("dim"),
            Heads = config.Int("heads"),
            Linear = LinearModels.Config(config),
        };
        Tensor x = check.Input("x");
        Tensor? padding = test.OptionalFloats("in/key_padding_mask");
        if (!test.Has("in/memory"))
        {
            LinearSelfAttention attention = new(options, new RandomSource(1));
            check.Load(attention);
            Compare(attention, attention.Attend(x, new AttentionMask(config.Bool("causal", false), KeyPadding: padding), null,
                ForwardContext.Inference));
            return;
        }

        Tensor memory = check.Input("memory");
        LinearCrossAttention cross = new(options, memory.Shape[2], new RandomSource(1));
        check.Load(cross);
        Compare(cross, cross.Forward(x, memory, padding));
        check.CompareInputGradient("memory", memory);

        void Compare(Module module, Tensor y)
        {
            check.Compare("out/y", y);
            check.Differentiate(("y", y));
            check.CompareInputGradient("x", x);
            check.CompareGradients(module);
        }
    }
}
