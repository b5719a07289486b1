using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.AllAttention;

internal sealed class AdaptiveIoSystem : IGoldenSystem
{
    public string Name => "adaptive_io";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        AdaptiveClusters clusters = new()
        {
            Cutoffs = [.. test.Config.Doubles("cutoffs").Select(cutoff => (int)cutoff)],
            Div = test.Config.Int("div_val"),
        };
        Model model = new(clusters, test.Config.Int("vocab"), test.Config.Int("hidden"), test.Config.Bool("tied", false));
        check.Load(model);
        Tensor hidden = check.Input("hidden"), targets = test.Integers("in/targets");
        Tensor embedded = model.Input.Forward(test.Integers("in/tokens"));
        Tensor nll = model.Output.NegativeLogLikelihood(hidden, targets);
        check.Compare("out/embedded", embedded);
        check.Compare("out/nll", nll);
        check.Differentiate(("embedded", embedded), ("nll", nll));
        check.CompareInputGradient("hidden", hidden);
        check.CompareGradients(model);

        // The other two ways to the same number.
        Tensor chosen = model.Output.LogProbabilities(hidden).Gather(-1, targets.Reshape(targets.Shape.Insert(-1, 1)));
        check.Compare("out/nll", chosen.Reshape(targets.Shape) * -1f);
        CrossEntropyResult loss = model.Output.Loss(hidden, targets);
        check.CompareValues("mean of out/nll", [test.Values("out/nll").Average()], [loss.Loss.Item()]);
        check.CompareValues("sum of out/nll", [test.Values("out/nll").Sum()], [loss.NegativeLogLikelihood.Item()]);
    }

    private sealed class Model : Module
    {
        public Model(AdaptiveClusters clusters, int vocab, int dim, bool tied)
        {
            RandomSource random = new(1);
            Input = new AdaptiveInput(clusters, vocab, dim, random);
            Output = new AdaptiveSoftmax(clusters, vocab, dim, random, tied ? Input : null);
        }

        public AdaptiveInput Input { get; }

        public AdaptiveSoftmax Output { get; }

        public override void Visit(ParameterVisitor visit)
        {
            visit.Add("embed", Input);
            visit.Add("output", Output);
        }
    }
}
