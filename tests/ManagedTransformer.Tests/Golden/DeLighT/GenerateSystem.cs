using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Generation;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden.Baseline;

namespace ManagedTransformer.Tests.Golden.DeLighT;

internal sealed class GenerateSystem : IGoldenSystem
{
    public string Name => "generate";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        Tensor source = test.Integers("in/source");
        int width = test.ShapeOf("out/tokens")[1], pad = config.Int("pad");
        EncoderDecoderModel model = new(DelightModels.Translation(config, Math.Max(source.Shape[1], width + 1)), new RandomSource(1));
        check.Load(model);
        BeamSearchOptions options = new()
        {
            Beam = config.Int("beam"),
            LengthPenalty = config.Double("length_penalty"),
            MinLength = 1,
            MaxLengthFactor = config.Double("max_len_a"),
            MaxLengthConstant = config.Int("max_len_b"),
        };
        int[] lengths = [.. Enumerable.Repeat(source.Shape[1], source.Shape[0])];
        IReadOnlyList<IReadOnlyList<Hypothesis>> found = new BeamSearch(options)
            .Search(new SequenceSearch(model, source, options.Beam), lengths);
        check.Compare("out/tokens",
            [.. found.SelectMany(sentence => sentence[0].Tokens.Concat(Enumerable.Repeat(pad, width - sentence[0].Tokens.Count)))
                .Select(token => (double)token)]);
        check.Compare("out/score", [.. found.Select(sentence => sentence[0].Score)]);
    }
}
