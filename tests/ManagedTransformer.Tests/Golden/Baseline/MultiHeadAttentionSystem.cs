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
        (MultiHeadAttention steps, Tensor query, Tensor? memory) = Prepare(test, check);
        (Tensor y, Tensor weights) = steps.ForwardWithWeights(query, memory, mask);
        check.Compare("out/y", y);
        check.CompareOptional("out/weights", () => weights);
        check.Differentiate(("y", y), ("weights", weights));
        CompareGradients(check, steps, query, memory);

        // In one pass, without weights. Where the expected gradients contain those of the weights,
        // the separate steps are what to agree with.
        (MultiHeadAttention fused, query, memory) = Prepare(test, check);
        y = Forward(fused, query, memory, mask);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        if (!test.Has("cot/weights"))
        {
            CompareGradients(check, fused, query, memory);
            return;
        }

        (steps, Tensor sameQuery, Tensor? sameMemory) = Prepare(test, check);
        check.Differentiate(("y", steps.ForwardWithWeights(sameQuery, sameMemory, mask).Output));
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

    private static (MultiHeadAttention Attention, Tensor Query, Tensor? Memory) Prepare(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        bool cross = config.Bool("cross", test.Has("in/memory"));
        int dim = config.Int("dim");
        MultiHeadAttention attention = new(dim, config.Int("heads"), new RandomSource(1), cross ? config.Int("memory_dim", dim) : null,
            config.Bool("bias", true));
        check.Load(attention);
        return (attention, check.Input("query"), cross ? check.Input("memory") : null);
    }

    private static Tensor Forward(MultiHeadAttention attention, Tensor query, Tensor? memory, AttentionMask mask) =>
        memory is null
            ? attention.Forward(query, mask, ForwardContext.Inference)
            : attention.Forward(query, memory, mask, ForwardContext.Inference);

    private static void CompareGradients(GoldenCheck check, MultiHeadAttention attention, Tensor query, Tensor? memory)
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
