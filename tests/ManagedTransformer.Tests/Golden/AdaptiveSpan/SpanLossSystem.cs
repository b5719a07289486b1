using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

/// <summary>The penalty of a model's spans, whatever it reads.</summary>
internal sealed class SpanLossSystem : IGoldenSystem
{
    public string Name => "span_loss";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        int heads = config.Int("heads"), layers = config.Int("layers");
        LanguageModelConfig model = new()
        {
            Vocab = 2,
            Dim = heads,
            Layers = layers,
            Heads = heads,
            Ffn = 1,
            Attention = AttentionKind.AdaptiveSpan,
            Span = new() { Limit = config.Int("max_span"), Penalty = config.Float("span_coeff", 0) },
            Bias = false,
            Positions = PositionKind.Relative,
        };
        CausalLanguageModel network = new(model, new RandomSource(1));
        foreach (NamedParameter named in network.Parameters().Where(named => test.Has("param/" + named.Name)))
        {
            named.Parameter.Assign(test.Floats("param/" + named.Name));
        }

        Tensor token = Tensor.From([0], new Shape(1, 1));
        TrainingLoss loss = network.TrainingLoss(token, token, ForwardContext.Inference);
        check.Compare("out/loss", loss.Penalty!);
        check.Differentiate(("loss", loss.Penalty!));
        check.CompareGradients(network);
    }
}
