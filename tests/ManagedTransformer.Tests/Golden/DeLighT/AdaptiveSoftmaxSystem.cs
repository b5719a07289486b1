using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DeLighT;

internal sealed class AdaptiveSoftmaxSystem : IGoldenSystem
{
    public string Name => "adaptive_softmax";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        Tables tables = new(config);
        check.Load(tables);
        Tensor h = check.Input("h");
        Tensor loss = tables.Softmax.Loss(h, test.Integers("in/target"),
            new CrossEntropyOptions { Sum = true, IgnoredTarget = config.Padding("pad") }).Loss;
        Tensor logProbabilities = tables.Softmax.LogProbabilities(h);
        check.Compare("out/loss", loss);
        check.Compare("out/log_prob", logProbabilities);
        check.Differentiate(("loss", loss), ("log_prob", logProbabilities));
        check.CompareInputGradient("h", h);
        check.CompareGradients(tables);
    }

    /// <summary>
    /// A softmax and, where it is tied, the input whose tables it shares; of the input only these have parameters in the cases.
    /// </summary>
    private sealed class Tables : Module
    {
        private readonly AdaptiveInput? _input;
        private readonly bool _sharesProjections;

        public Tables(GoldenConfig config)
        {
            AdaptiveClusters clusters = DelightModels.Clusters(config, config.Bool("scale", true));
            int vocab = config.Int("vocab"), dim = config.Int("initial_dim", config.Int("out_dim", 0));
            _input = config.Bool("tie", true) ? new AdaptiveInput(clusters, vocab, dim, new RandomSource(1), config.Padding("pad")) : null;
            _sharesProjections = _input is not null && config.Bool("tie_proj", true);
            Softmax = new AdaptiveSoftmax(clusters, vocab, dim, new RandomSource(2), _input);
        }

        public AdaptiveSoftmax Softmax { get; }

        public override void Visit(ParameterVisitor visit)
        {
            for (int i = 0; i < _input?.Clusters.Count; i++)
            {
                visit.Add($"embed.bands.{i}.weight", _input.Clusters[i].Weight);
                visit.Add($"embed.proj.{i}.weight", _sharesProjections && i > 0 ? _input.Clusters[i].Projection : null);
            }

            visit.Add("", Softmax);
        }
    }
}
