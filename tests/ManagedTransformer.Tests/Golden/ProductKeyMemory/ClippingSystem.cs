using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

internal sealed class ClippingSystem : IGoldenSystem
{
    public string Name => "clip_grad_norm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        NamedParameter[] parameters =
            [.. test.NamesUnder("in/").Select(name => new NamedParameter(name, new Parameter(Tensor.Zeros(test.ShapeOf("in/" + name)))))];
        foreach (NamedParameter named in parameters)
        {
            named.Parameter.Multiply(test.Floats("in/" + named.Name)).Sum().Backward();
        }

        double norm = GradientClipping.GlobalNorm(parameters);
        float scale = GradientClipping.Scale(norm, test.Config.Float("max_norm", 0));
        check.Compare("out/norm", norm);
        foreach (NamedParameter named in parameters)
        {
            check.Compare("out/" + named.Name, named.Parameter.Gradient! * scale);
        }
    }
}
