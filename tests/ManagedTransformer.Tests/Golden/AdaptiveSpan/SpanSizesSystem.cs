using ManagedTransformer.Architectures.AdaptiveSpan;

namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

internal sealed class SpanSizesSystem : IGoldenSystem
{
    public string Name => "span_sizes";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        SpanConfig config = SpanModels.Span(test.Config);
        int heads = test.ShapeOf("param/span.ratio")[1];
        SpanSizes[] sizes = [.. test.Values("param/span.ratio").Chunk(heads).Select(ratios => SpanSizes.OfRatios(ratios, config))];
        check.Compare("out/max_span", [.. sizes.Select(size => (double)size.Longest)]);
        check.Compare("out/avg_span", [.. sizes.Select(size => (double)size.Average)]);
        check.Compare("out/trim", [.. sizes.Select(size => (double)size.Trim)]);
        check.Compare("out/cache", [.. sizes.Select(size => (double)size.Cache)]);
    }
}
