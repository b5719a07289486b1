using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

internal sealed class FullEvaluationSystem : IGoldenSystem
{
    public string Name => "full_eval";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        CausalLanguageModel model = new(SpanModels.LanguageModel(test.Config), new RandomSource(1));
        check.Load(model);
        TokenStream stream = TokenStream.FromIds(test.IntegerValues("in/stream"));
        double[] losses = [.. LanguageModelEvaluator.EvaluateRows(model, stream, test.Config.Int("batch"), test.Config.Int("block"))];
        check.Compare("out/block_loss", losses);
        check.Compare("out/loss", losses.Average());
        check.Compare("out/bpc", losses.Average() / Math.Log(2));
    }
}
