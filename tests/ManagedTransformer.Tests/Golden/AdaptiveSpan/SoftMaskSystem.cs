using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

internal sealed class SoftMaskSystem : IGoldenSystem
{
    public string Name => "soft_mask";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        Parameter ratio = new(test.Floats("param/span.ratio"));
        Tensor x = check.Input("x"),
            mask = TensorOperators.SpanMask(ratio * config.Int("max_span"), config.Int("length"), config.Int("ramp"));
        Tensor perHead = mask.Reshape(mask.Shape.Insert(1, 1));
        Tensor y = config.Bool("normalize", true) ? x.SpanNormalize(perHead) : x * perHead;
        check.Compare("out/mask", mask);
        check.Compare("out/y", y);
        check.Differentiate(("mask", mask), ("y", y));
        check.CompareInputGradient("x", x);
        check.Compare("grad/param/span.ratio", ratio.Gradient!);
    }
}
