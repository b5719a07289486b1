using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules.Layers;

namespace ManagedTransformer.Tests.Golden.DeLighT;

internal sealed class ConfigSystem : IGoldenSystem
{
    public string Name => "config";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config.Object("model");
        bool translation = test.Config.Text("kind") == "nmt";
        int dim = config.Int("d_model"), blocks = config.Int("blocks"), vocab = config.Int("vocab");
        DelightConfig delight = DelightModels.Config(config);
        DelightCost cost = new(delight, dim, blocks, dim / config.Int("ffn_reduction", 4));
        IReadOnlyList<(int Depth, double Width)> scaling = delight.Scaling(blocks);
        int widest = test.ShapeOf("out/glt_in")[1], source = test.Config.Int("source_length");
        check.Compare("out/depth", [.. scaling.Select(block => (double)block.Depth)]);
        check.Compare("out/width_mult", [.. scaling.Select(block => (double)(float)block.Width)]);
        check.Compare("out/glt_in", Rows(unit => unit.Inputs));
        check.Compare("out/glt_out", Rows(unit => unit.Outputs));
        check.Compare("out/glt_groups", Rows(unit => unit.Groups));
        if (translation)
        {
            EncoderDecoderModel model = DelightModels.Translation(config, source).Shapes();
            check.Compare("out/layer_params", Parameters(model.Encoder.Stack));
            check.Compare("out/decoder_layer_params", Parameters(model.Decoder.Stack));
            check.Compare("out/total_params", model.ParameterCount);
            check.Compare("out/total_macs", cost.TranslationMacs(source, test.Config.Int("target_length"), vocab));
            return;
        }

        LanguageModelConfig language = DelightModels.LanguageModel(config, source);
        CausalLanguageModel shapes = language.Shapes();
        check.Compare("out/layer_params", Parameters(shapes.Stack));
        check.Compare("out/total_params", shapes.ParameterCount);
        check.Compare("out/total_macs", cost.LanguageModelMacs(source, vocab, language.Adaptive));

        double[] Rows(Func<UnitPlan, IReadOnlyList<int>> part) =>
            [.. cost.Units.SelectMany(unit => part(unit).Concat(Enumerable.Repeat(0, widest - unit.Groups.Count)))
                .Select(value => (double)value)];

        double[] Parameters(LayerStack stack) => [.. stack.Layers.Select(layer => (double)layer.ParameterCount)];
    }
}
