using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DeLighT;

internal sealed class EmbeddingSystem : IGoldenSystem
{
    public string Name => "embedding";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor tokens = test.Integers("in/tokens");
        TokenEmbedding embedding = new EncoderDecoderSlots(DelightModels.Translation(test.Config, tokens.Shape[1]))
            .CreateEmbedding(test.Config.Int("vocab"), test.Config.Int("d_model"), new RandomSource(1));
        check.Load(embedding);
        Tensor x = embedding.Forward(tokens, ForwardContext.Inference);
        check.Compare("out/x", x);
        check.Differentiate(("x", x));
        check.CompareGradients(embedding);
    }
}
