using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class MultiHeadAttentionSystem : IGoldenSystem
{
    public string Name => "multi_head_attention";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        AttentionMask mask = new(Causal: test.Config.Bool("causal", false), KeyPadding: test.OptionalFloats("in/key_padding_mask"));

        // In separate steps, which give the weights.
        (Module steps, Tensor query, Tensor? memory) = Prepare(test, check);
        (Tensor y, Tensor weights) = InSteps(test, steps, query, memory, mask);
        check.Compare("out/y", y);
        check.CompareOptional("out/weights", () => weights);
        check.Differentiate(("y", y), ("weights", weights));
        CompareGradients(check, steps, query, memory);

        // In one pass, without weights. Where the expected gradients contain those of the weights,
        // the separate steps are what to agree with.
        (Module fused, query, memory) = Prepare(test, check);
        y = Forward(fused, query, memory, mask);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        if (!test.Has("cot/weights"))
        {
            CompareGradients(check, fused, query, memory);
            return;
        }

        (steps, Tensor sameQuery, Tensor? sameMemory) = Prepare(test, check);
        check.Differentiate(("y", InSteps(test, steps, sameQuery, sameMemory, mask).Output));
        CompareWith(check, "query", sameQuery, query);
        foreach ((NamedParameter expected, NamedParameter actual) in steps.Parameters().Zip(fused.Parameters()))
        {
            CompareWith(check, expected.Name, expected.Parameter, actual.Parameter);
        }

        if (memory is not null)
        {
            CompareWith(check, "memory", sameMemory!, memory);
        }
    }

    private static (Module Attention, Tensor Query, Tensor? Memory) Prepare(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        bool cross = config.Bool("cross", test.Has("in/memory")), bias = config.Bool("bias", true);
        int dim = config.Int("dim"), heads = config.Int("heads");
        RandomSource random = new(1);
        Module attention = cross
            ? new MultiHeadCrossAttention(dim, heads, config.Int("memory_dim", dim), random, bias)
            : new MultiHeadAttention(dim, heads, random, bias);
        check.Load(attention);
        return (attention, check.Input("query"), cross ? check.Input("memory") : null);
    }

    private static Tensor Forward(Module attention, Tensor query, Tensor? memory, AttentionMask mask) =>
        attention is MultiHeadAttention self
            ? self.Forward(query, mask, ForwardContext.Inference)
            : ((MultiHeadCrossAttention)attention).Attend(query, memory!, mask, ForwardContext.Inference);

    private static (Tensor Output, Tensor Weights) InSteps(
        GoldenCase test, Module attention, Tensor query, Tensor? memory, AttentionMask mask)
    {
        int heads = test.Config.Int("heads");
        return attention is MultiHeadAttention self
            ? AttentionInSteps.Run(self, heads, query, mask)
            : AttentionInSteps.Run((MultiHeadCrossAttention)attention, heads, query, memory!, mask);
    }

    private static void CompareGradients(GoldenCheck check, Module attention, Tensor query, Tensor? memory)
    {
        check.CompareGradients(attention);
        check.CompareInputGradient("query", query);
        if (memory is not null)
        {
            check.CompareInputGradient("memory", memory);
        }
    }

    private static void CompareWith(GoldenCheck check, string name, Tensor expected, Tensor actual) =>
        check.CompareValues($"gradient of {name} in one pass", Doubles(expected.Gradient!), Doubles(actual.Gradient!),
            expected.Shape, 1e-4);

    private static double[] Doubles(Tensor x) => [.. x.ToArray().Select(value => (double)value)];
}
