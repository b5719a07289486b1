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
        TokenEmbedding embedding = new(
            new TokenEmbeddingOptions
            {
                Vocabulary = config.Int("vocab"),
                Dim = config.Int("dim"),
                Positions = config.Positions(),
                MaxPositions = MaxPositions(test, tokens.Shape[1], padding),
                Padding = padding,
                Scale = config.Bool("scale_embedding", true),
            },
            new RandomSource(1));
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
            ? TokenEmbedding.PositionIndices(tokens.ToInt32Array(), length, id)
            : [.. Enumerable.Range(0, (int)tokens.Count).Select(i => i % length)];
        return Tensor.From(positions, tokens.Shape);
    }
}
