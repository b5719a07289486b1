using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DeLighT;

internal sealed class UnitSystem(string name) : IGoldenSystem
{
    public string Name => name;

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config, expected = config.Object("plan");
        UnitPlan plan = UnitPlan.Create(
            new UnitOptions
            {
                Input = config.Int("d_in"),
                Projection = config.Int("d_proj"),
                Output = config.Int("d_out"),
                WidthMultiplier = config.Double("width_mult"),
                Depth = config.Int("depth"),
                MaxGroups = config.Int("max_groups"),
                Mode = DelightModels.Mode(config),
                Shuffle = config.Bool("shuffle", true),
                Mixer = config.Bool("mixer", true),
                Activation = DelightModels.Activation(config),
            },
            test.Name);
        Same("in", plan.Inputs);
        Same("out", plan.Outputs);
        Same("groups", plan.Groups);
        DextraUnit unit = new(plan, new RandomSource(1));
        check.CompareValues("parameters", [plan.ParameterCount], [unit.Parameters().Sum(named => named.Parameter.Count)]);
        check.Load(unit);
        Tensor x = check.Input("x"), y = unit.Forward(x, ForwardContext.Inference);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareInputGradient("x", x);
        check.CompareGradients(unit);

        void Same(string key, IReadOnlyList<int> actual) =>
            check.CompareValues(key, expected.Doubles(key), [.. actual.Select(value => (double)value)]);
    }
}
