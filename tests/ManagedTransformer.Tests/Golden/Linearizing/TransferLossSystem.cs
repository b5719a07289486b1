using ManagedTransformer.Architectures.Lolcats.Transfer;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Linearizing;

internal sealed class TransferLossSystem : IGoldenSystem
{
    public string Name => "transfer_loss";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        CausalLanguageModel model = LinearizingModels.Build(test, check);
        TransferOptions options = new()
        {
            MseFactor = test.Config.Float("mse_factor", 1000),
            XentFactor = test.Config.Float("xent_factor", 0),
            MeasuresXent = true,
        };
        TransferResult result = AttentionTransfer.Loss(
            model, test.Integers("in/tokens"), test.OptionalFloats("in/key_padding_mask"), options);
        check.Compare("out/loss", result.Loss);
        check.Compare("out/layer_mse", [.. result.Layers.Select(layer => (double)layer.Mse.Item())]);
        check.Compare("out/layer_xent", [.. result.Layers.Select(layer => (double)layer.Xent!.Item())]);
        check.Compare("out/teacher_logits", model.Output.Scores(result.Hidden));
        check.Differentiate(("loss", result.Loss));
        check.CompareGradients(model);
        HashSet<string> trained = [.. test.NamesUnder("grad/param/")];
        foreach (NamedParameter named in model.Parameters().Where(named => !trained.Contains(named.Name)))
        {
            check.CompareValues(named.Name, [0], [named.Parameter.Gradient is null ? 0 : 1]);
        }
    }
}
