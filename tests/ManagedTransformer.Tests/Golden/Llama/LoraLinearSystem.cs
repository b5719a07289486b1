using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Llama;

internal sealed class LoraLinearSystem : IGoldenSystem
{
    public string Name => "lora_linear";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Linear map = Build(test, check);
        Tensor x = check.Input("x"), y = map.Forward(x);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareGradients(map);
        check.CompareInputGradient("x", x);

        // As one of two maps that share a matrix.
        int inputs = map.Weight.Shape[1], outputs = map.Weight.Shape[0];
        PackedLinear packed = new(
            Initialization.Uniform(new Shape(outputs + 2, inputs), 1, new RandomSource(2)), map.Bias is not null, 2, outputs);
        packed[1].Weight.Assign(map.Weight);
        packed[1].Bias?.Assign(map.Bias!);
        packed[1].Adapter = map.Adapter;
        check.Compare("out/y", packed.Forward(x, ForwardContext.Inference).Slice(2, 2, outputs).Contiguous());

        map.MergeAdapter();
        check.Compare("out/merged.weight", map.Weight);
        check.Compare("out/y", map.Forward(x));
    }

    private static Linear Build(GoldenCase test, GoldenCheck check)
    {
        Shape shape = test.ShapeOf("param/weight");
        RandomSource random = new(1);
        Linear map = new(shape[1], shape[0], random, test.Has("param/bias"))
        {
            Adapter = new LoraAdapter(shape[1], shape[0], test.Config.Int("rank"), test.Config.Float("alpha", 1), random),
        };
        check.Load(map);
        map.Weight.RequiresGradient = false;
        if (map.Bias is not null)
        {
            map.Bias.RequiresGradient = false;
        }

        return map;
    }
}
