using ManagedTransformer.Data.Pairs;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class TokenBatchingSystem : IGoldenSystem
{
    public string Name => "batch_by_tokens";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        int[] lengths = test.IntegerValues("in/num_tokens");
        GoldenConfig config = test.Config;
        IReadOnlyList<Range> batches = TokenBatching.Cut(lengths, config.Int("max_tokens", 0), Math.Max(0, config.Int("max_sentences", -1)),
            config.Int("multiple", 1));
        List<double> numbers = [];
        for (int batch = 0; batch < batches.Count; batch++)
        {
            numbers.AddRange(Enumerable.Repeat((double)batch, batches[batch].GetOffsetAndLength(lengths.Length).Length));
        }

        check.Compare("out/batch", numbers);
    }
}
