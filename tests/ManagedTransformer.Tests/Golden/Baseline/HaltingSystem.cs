using ManagedTransformer.Architectures.UniversalTransformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class HaltingSystem : IGoldenSystem
{
    private const float PonderWeight = 0.01f;

    public string Name => "act_halting";

    public static HaltingAccumulation Accumulation(GoldenConfig config) => config.Text("act_type", "basic") switch
    {
        "basic" => HaltingAccumulation.Basic,
        "accumulated" => HaltingAccumulation.Accumulated,
        string other => throw new InvalidDataException($"unknown accumulation '{other}'"),
    };

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor logits = check.Input("halt_logits"), states = check.Input("states");
        AdaptiveComputationTime halting = new(logits.Shape.Without(0), test.Config.Int("max_steps"), test.Config.Float("epsilon", 0.01),
            Accumulation(test.Config));
        List<Tensor> steps = [];
        while (halting.IsRunning)
        {
            int step = halting.Steps;
            Tensor weights = halting.Halt(logits.Slice(0, step, 1).Reshape(logits.Shape.Without(0)).Sigmoid());
            halting.Accumulate(states.Slice(0, step, 1).Reshape(states.Shape.Without(0)), weights);
            steps.Add(weights.Reshape(weights.Shape.Insert(0, 1)));
        }

        Tensor updateWeights = TensorOperators.Concat(0, [.. steps]), loss = halting.PonderTime * PonderWeight;
        check.Compare("out/y", halting.Output);
        check.Compare("out/update_weights", updateWeights);
        check.Compare("out/remainders", halting.Remainders);
        check.Compare("out/n_updates", halting.Updates);
        check.Compare("out/loss", loss);
        check.Differentiate(("y", halting.Output), ("update_weights", updateWeights), ("loss", loss));
        check.CompareInputGradient("halt_logits", logits);
        check.CompareInputGradient("states", states);
    }
}
