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
            layers, config.Int("dim"), config.Int("decoder_dim"), config.Int("ffn"), config.Int("vocab"), DepthModels.Halting(config.Text("halting")));
        int[] sources = test.IntegerValues("in/src_len"), exits = test.IntegerValues("in/exits");
        int length = exits.Length / sources.Length;
        double[] costs = Costs(cost, exits), baseline = Costs(cost with { Halting = HaltingKind.None }, [.. Enumerable.Repeat(layers, exits.Length)]);
        check.Compare("out/flops", costs);
        check.Compare("out/average", costs.Average());
        check.Compare("out/baseline_average", baseline.Average());
        check.Compare("out/average_exit", exits.Average());

        double[] Costs(DecodingCost formula, int[] taken) =>
            [.. sources.SelectMany((source, i) => formula.PerToken(source, taken.AsSpan(i * length, length)).Select(value => (double)value))];
    }
}
