using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

/// <summary>Two consecutive blocks of a stream; the second one is differentiated.</summary>
internal sealed class SpanLanguageModelSystem : IGoldenSystem
{
    public string Name => "lm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        CausalLanguageModel model = new(SpanModels.LanguageModel(test.Config), new RandomSource(1));
        check.Load(model);
        StreamHistory past = model.Stack.CreateHistory()!;
        using (new NoGradientScope())
        {
            Block(1);
        }

        // Caches advance when a block is read, so the second block's scores and its loss begin from the same copy of them.
        StreamHistory copy = model.Stack.CreateHistory()!;
        copy.Restore(name => past.State().Single(state => state.Name == name).Buffer.Detach() * 1);
        using (new NoGradientScope())
        {
            Block(2);
        }

        TrainingLoss loss = model.TrainingLoss(test.Integers("in/x2"), test.Integers("in/y2"), ForwardContext.Inference, history: copy);
        check.Compare("out/loss", loss.Total);
        check.Compare("out/span_loss", loss.Penalty ?? Tensor.Scalar(0));
        check.Differentiate(("loss", loss.Total));
        check.CompareGradients(model);

        void Block(int number)
        {
            Tensor hidden = model.Hidden(test.Integers($"in/x{number}"), ForwardContext.Inference, past);
            Tensor targets = test.Integers($"in/y{number}");
            Tensor scores = model.Output.Scores(hidden);
            check.CompareOptional($"out/logits{number}", () => scores);
            Tensor nll = -scores.LogSoftmax().Gather(2, targets.Reshape(new Shape(targets.Shape[0], targets.Shape[1], 1)));
            check.Compare($"out/nll{number}", nll.Reshape(targets.Shape));
            for (int layer = 0; layer < model.Config.Layers; layer++)
            {
                check.Compare($"out/cache{number}.{layer}", past[layer].States!);
            }
        }
    }
}
