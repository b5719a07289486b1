using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class ActivationSystem : IGoldenSystem
{
    public string Name => "activation";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Activation activation = test.Config.Activation();
        Run(check, x => x.Activate(activation));

        // The form fused with a linear map: the identity matrix leaves x as it is.
        int width = test.ShapeOf("in/x")[-1];
        float[] identity = new float[width * width];
        for (int i = 0; i < width; i++)
        {
            identity[(i * width) + i] = 1;
        }

        Run(check, x => x.Linear(Tensor.From(identity, new Shape(width, width)), null, activation));
    }

    private static void Run(GoldenCheck check, Func<Tensor, Tensor> function)
    {
        Tensor x = check.Input("x"), y = function(x);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareInputGradient("x", x);
    }
}
