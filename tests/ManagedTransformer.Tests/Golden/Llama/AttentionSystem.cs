using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Llama;

internal sealed class AttentionSystem : IGoldenSystem
{
    public string Name => "attention";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        LanguageModelConfig config = LlamaModels.Config(test);
        int heads = config.Heads, keyHeads = config.Rotary!.KeyHeads ?? heads;
        AttentionMask mask = LlamaModels.Mask(test) with { Window = config.Rotary.WindowOf(0) };

        // In separate steps, which give the weights.
        RotarySelfAttention attention = Build(check, config);
        Tensor x = check.Input("x"), packed = attention.Project(x, LlamaModels.Positions(test));
        Tensor query = packed.Slice(2, 0, heads).Transpose(1, 2), key = packed.Slice(2, heads, keyHeads).Transpose(1, 2),
            value = packed.Slice(2, heads + keyHeads, keyHeads).Transpose(1, 2);
        (Tensor joined, Tensor weights) = AttentionInSteps.Run(query, key, value, mask);
        Tensor y = attention.Out.Forward(joined);
        check.Compare("out/query", query.Contiguous());
        check.Compare("out/key", key.Contiguous());
        check.Compare("out/weights", weights);
        check.Compare("out/y", y);
        check.Differentiate(("y", y), ("weights", weights), ("query", query), ("key", key));
        check.CompareGradients(attention);
        check.CompareInputGradient("x", x);

        // In one pass, as the library computes it.
        attention = Build(check, config);
        x = check.Input("x");
        y = attention.Attend(attention.Project(x, LlamaModels.Positions(test)), mask, ForwardContext.Inference);
        check.Compare("out/y", y);
        if (!test.Has("cot/weights") && !test.Has("cot/query") && !test.Has("cot/key"))
        {
            check.Differentiate(("y", y));
            check.CompareGradients(attention);
            check.CompareInputGradient("x", x);
        }
    }

    private static RotarySelfAttention Build(GoldenCheck check, LanguageModelConfig config)
    {
        RotarySelfAttention attention = (RotarySelfAttention)LlamaModels.Layer(config).Attention;
        check.Load(attention);
        return attention;
    }
}
