using ManagedTransformer.Architectures.DepthAdaptive;

namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

internal sealed class FlopsSystem : IGoldenSystem
{
    public string Name => "flops";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        int layers = config.Int("decoder_layers");
        DecodingCost cost = new(
            layers, config.Int("dim"), config.Int("decoder_dim"), config.Int("ffn"), config.Int("vocab"),
            new ExitRule { Kind = DepthModels.Halting(config.Text("halting")) });
        int[] sources = test.IntegerValues("in/src_len"), exits = test.IntegerValues("in/exits");
        int length = exits.Length / sources.Length;
        double[][] costs = Costs(cost, exit => exit), baseline = Costs(cost with { Rule = new ExitRule() }, _ => layers);
        check.Compare("out/flops", [.. costs.SelectMany(own => own.Concat(Enumerable.Repeat(0.0, length - own.Length)))]);
        check.Compare("out/average", costs.SelectMany(own => own).Average());
        check.Compare("out/baseline_average", baseline.SelectMany(own => own).Average());
        check.Compare("out/average_exit", exits.Where(exit => exit > 0).Average());

        // Sentences end at exits of 0.
        double[][] Costs(DecodingCost formula, Func<int, int> taken) =>
        [
            .. exits.Chunk(length).Select((own, i) =>
                formula.PerToken(sources[i], [.. own.TakeWhile(exit => exit > 0).Select(taken)]).Select(value => (double)value).ToArray()),
        ];
    }
}
