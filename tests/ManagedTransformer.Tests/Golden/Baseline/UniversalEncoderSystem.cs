using ManagedTransformer.Architectures.UniversalTransformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class UniversalEncoderSystem : IGoldenSystem
{
    public string Name => "universal_encoder_act";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        UniversalEncoderConfig sizes = new()
        {
            Dim = config.Int("dim"),
            Heads = config.Int("heads"),
            Ffn = config.Int("ffn"),
            Activation = config.Activation(),
            PreNorm = config.Bool("pre_norm", true),
            MaxSteps = config.Int("max_steps"),
            Epsilon = config.Float("epsilon", 0.01),
            Accumulation = HaltingSystem.Accumulation(config),
            PonderWeight = config.Float("act_loss_weight", 0.01),
            StepSignal = config.Text("step_embedding", "learned") switch
            {
                "learned" => StepSignal.Learned,
                "sinusoid" => StepSignal.Sinusoid,
                string other => throw new InvalidDataException($"unknown step signal '{other}'"),
            },
        };
        UniversalEncoder encoder = new(sizes, new RandomSource(1));
        check.Load(encoder);
        Tensor x = check.Input("x");
        UniversalEncoderOutput output = encoder.Forward(x, test.OptionalFloats("in/padding_mask"), ForwardContext.Inference);
        check.Compare("out/y", output.Output);
        check.Compare("out/remainders", output.Remainders!);
        check.Compare("out/n_updates", output.Updates!);
        check.Compare("out/loss", output.PonderLoss!);
        check.Differentiate(("y", output.Output), ("loss", output.PonderLoss!));
        check.CompareInputGradient("x", x);
        check.CompareGradients(encoder);
    }
}
