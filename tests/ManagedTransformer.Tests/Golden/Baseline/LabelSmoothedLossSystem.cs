using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class LabelSmoothedLossSystem : IGoldenSystem
{
    public string Name => "label_smoothed_loss";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        CrossEntropyOptions options = new()
        {
            Smoothing = test.Config.Float("epsilon", 0),
            Mode = test.Config.Smoothing(),
            IgnoredTarget = test.Config.Padding(),
            Sum = test.Config.Text("reduction", "sum") == "sum",
        };
        Tensor target = test.Integers("in/target");
        Run(check, options, logits => logits.CrossEntropy(target, options));

        // The form fused with the projection to the vocabulary: the identity matrix leaves the logits as they are.
        int classes = test.ShapeOf("in/logits")[-1];
        float[] identity = new float[classes * classes];
        for (int i = 0; i < classes; i++)
        {
            identity[(i * classes) + i] = 1;
        }

        Run(check, options, logits => logits.ProjectedCrossEntropy(Tensor.From(identity, new Shape(classes, classes)), target, options));
    }

    private static void Run(GoldenCheck check, CrossEntropyOptions options, Func<Tensor, CrossEntropyResult> loss)
    {
        Tensor logits = check.Input("logits");
        CrossEntropyResult result = loss(logits);
        check.Compare("out/loss", result.Loss);
        check.CompareOptional("out/nll_loss",
            () => options.Sum ? result.NegativeLogLikelihood : result.NegativeLogLikelihood / result.Targets);
        check.Differentiate(("loss", result.Loss));
        check.CompareInputGradient("logits", logits);
    }
}
