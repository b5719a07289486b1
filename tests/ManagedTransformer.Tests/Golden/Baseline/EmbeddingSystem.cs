using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class EmbeddingSystem : IGoldenSystem
{
    public string Name => "embedding";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        int? padding = config.Padding();
        Tensor tokens = test.Integers("in/tokens");
        RandomSource random = new(1);
        int dim = config.Int("dim");
        PlainTable table = new(
            Initialization.Normal(new Shape(config.Int("vocab"), dim), 1, random), padding, config.Bool("scale_embedding", true));
        AbsolutePositions? positions = config.Positions() == PositionKind.None
            ? null
            : new(config.Positions(), MaxPositions(test, tokens.Shape[1], padding), dim, padding, 1, random);
        TokenEmbedding embedding = new(table, new PositionStage(positions, null, 0));
        check.Load(embedding);
        Tensor y = embedding.Forward(tokens, ForwardContext.Inference);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareGradients(embedding);
        check.CompareOptional("out/position_index", () => Positions(tokens, padding));
        check.CompareOptional("out/table",
            () => SinusoidalPositions.Table(test.ShapeOf("out/table")[0], config.Int("dim"), config.Positions()));
    }

    /// <summary>How many tokens a row may have: as the learned table says, else as the config says, else as many as there are.</summary>
    public static int MaxPositions(GoldenCase test, int length, int? padding) =>
        test.Has("param/positions.weight")
            ? test.ShapeOf("param/positions.weight")[0] - (padding is { } id ? id + 1 : 0)
            : test.Config.Int("max_positions", length);

    private static Tensor Positions(Tensor tokens, int? padding)
    {
        int length = tokens.Shape[1];
        int[] positions = padding is { } id
            ? AbsolutePositions.PositionIndices(tokens.ToInt32Array(), length, id)
            : [.. Enumerable.Range(0, (int)tokens.Count).Select(i => i % length)];
        return Tensor.From(positions, tokens.Shape);
    }
}
