using ManagedTransformer.Data.Text;

namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

internal sealed class DataLayoutSystem : IGoldenSystem
{
    public string Name => "data_layout";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        int rows = test.Config.Int("batch"), block = test.Config.Int("block");
        int[] stream = test.IntegerValues("in/stream");
        ContiguousBatches batches = new(TokenStream.FromIds(stream), rows, block);
        List<double> starts = [], inputs = [], targets = [], passes = [];
        int[] x = new int[rows * block], y = new int[x.Length];
        for (long i = 0; i < batches.BlocksPerPass; i++)
        {
            starts.Add(batches.Position.Column);
            passes.Add(batches.Next(x, y) ? 1 : 0);
            inputs.AddRange(x.Select(id => (double)id));
            targets.AddRange(y.Select(id => (double)id));
        }

        int length = stream.Length / rows;
        check.Compare("out/rows", [.. stream.Take(rows * length).Select(id => (double)id)]);
        check.Compare("out/starts", starts);
        check.Compare("out/x", inputs);
        check.Compare("out/y", targets);
        passes.Add(batches.Next(x, y) ? 1 : 0);
        check.CompareValues("where a pass begins", [1, .. Enumerable.Repeat(0.0, checked((int)batches.BlocksPerPass) - 1), 1], passes);
    }
}
