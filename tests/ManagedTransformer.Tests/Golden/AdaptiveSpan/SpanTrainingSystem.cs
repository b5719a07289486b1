using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

internal sealed class SpanTrainingSystem : IGoldenSystem
{
    public string Name => "train";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        CausalLanguageModel model = new(SpanModels.LanguageModel(config), new RandomSource(1));
        check.Load(model);
        IReadOnlyList<NamedParameter> parameters = model.Parameters();
        Adagrad adagrad = new([new ParameterGroup(parameters)], config.Float("clip", 0),
            initialAccumulator: config.Float("initial_accumulator", 0));
        LinearWarmupSchedule schedule = new(config.Double("lr"), config.Int("warmup"));
        ContiguousBatches batches = new(TokenStream.FromIds(test.IntegerValues("in/stream")), config.Int("batch"), config.Int("block"));
        StreamHistory past = model.Stack.CreateHistory()!;
        Shape shape = new(config.Int("batch"), config.Int("block"));
        int[] inputs = new int[shape.Count], targets = new int[shape.Count];
        List<double> losses = [];
        for (int step = 0; step < config.Int("steps"); step++)
        {
            batches.Next(inputs, targets);
            model.ClearGradients();
            TrainingLoss loss = model.TrainingLoss(Tensor.From(inputs, shape), Tensor.From(targets, shape),
                ForwardContext.Inference, history: past);
            loss.Total.Backward();
            adagrad.Step((float)schedule.Rate(step));
            model.Stack.ApplyConstraints();
            losses.Add(loss.Prediction.Loss.Item());
        }

        check.Compare("out/nll", losses);
        foreach (NamedParameter named in parameters)
        {
            check.Compare($"out/final.{named.Name}", named.Parameter);
        }
    }
}
