using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

internal sealed class ExitDistributionSystem : IGoldenSystem
{
    public string Name => "exit_distribution";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        int layers = config.Int("decoder_layers");
        HaltingKind kind = DepthModels.Halting(config.Text("kind"));
        HaltingClassifier classifier = new(
            new DepthConfig { Halting = kind, HaltingShared = config.Bool("halting_shared", true) }, layers, config.Int("dim"),
            config.Int("decoder_dim"), new RandomSource(1));
        check.Load(new Holder(classifier));
        string name = kind == HaltingKind.Sequence ? "encoder_out" : "hidden";
        Tensor input = check.Input(name);
        Tensor[] states = kind == HaltingKind.Sequence
            ? []
            : [.. Enumerable.Range(0, input.Shape[0]).Select(layer => input.Slice(0, layer, 1).Reshape(input.Shape.Without(0)))];
        if (kind == HaltingKind.Geometric && states.Length == 0)
        {
            // The only layer decides nothing.
            states = [Tensor.Zeros(input.Shape.Without(0))];
        }

        Tensor? memory = kind == HaltingKind.Sequence ? input : null;
        Tensor logQ = classifier.LogProbabilities(memory, test.OptionalFloats("in/padding_mask"), states);
        check.Compare("out/log_q", logQ);
        if (kind == HaltingKind.Geometric && layers > 1)
        {
            check.Compare("out/chi", TensorOperators.Concat(-1,
                [.. states.Take(layers - 1).Select((state, i) => classifier.StopLogit(i + 1, state).Sigmoid())]));
        }

        Tensor loss = AlignedTraining.ExitLoss(logQ, test.IntegerValues("in/exits"));
        check.Compare("out/loss", loss);
        check.Differentiate(("log_q", logQ), ("loss", loss));
        check.CompareGradients(new Holder(classifier));
        check.CompareInputGradient(name, input);
    }

    private sealed class Holder(HaltingClassifier classifier) : Module
    {
        public override void Visit(ParameterVisitor visit) => visit.Add("halting", classifier);
    }
}
