using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Modules.Adaptive;

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
        DelightSize size = new(delight, dim, blocks, dim / config.Int("ffn_reduction", 4));
        IReadOnlyList<(int Depth, double Width)> scaling = delight.Scaling(blocks);
        int widest = test.ShapeOf("out/glt_in")[1];
        check.Compare("out/depth", [.. scaling.Select(block => (double)block.Depth)]);
        check.Compare("out/width_mult", [.. scaling.Select(block => (double)(float)block.Width)]);
        check.Compare("out/glt_in", Rows(unit => unit.Inputs));
        check.Compare("out/glt_out", Rows(unit => unit.Outputs));
        check.Compare("out/glt_groups", Rows(unit => unit.Groups));
        check.Compare("out/layer_params", [.. Enumerable.Range(0, blocks).Select(b => (double)size.LayerParameters(b, cross: false))]);
        int source = test.Config.Int("source_length");
        bool preNorm = config.Bool("pre_norm", false), finalNorm = preNorm && config.Bool("final_norm", false);
        if (translation)
        {
            check.Compare("out/decoder_layer_params",
                [.. Enumerable.Range(0, blocks).Select(b => (double)size.LayerParameters(b, cross: true))]);
            check.Compare("out/total_params",
                size.TranslationParameters(vocab, config.Bool("share_embed", true) ? 0 : vocab, (preNorm ? 1 : 0) + (finalNorm ? 1 : 0)));
            check.Compare("out/total_macs", size.TranslationMacs(source, test.Config.Int("target_length"), vocab));
            return;
        }

        AdaptiveClusters? clusters = config.Has("adaptive")
            ? new AdaptiveClusters
            {
                Cutoffs = [.. config.Object("adaptive").Doubles("cutoffs").Select(cut => (int)cut)],
                Div = config.Object("adaptive").Int("factor"),
            }
            : null;
        check.Compare("out/total_params", size.LanguageModelParameters(vocab, clusters, finalNorm));
        check.Compare("out/total_macs", size.LanguageModelMacs(source, vocab, clusters));

        double[] Rows(Func<UnitPlan, IReadOnlyList<int>> part) =>
            [.. size.Units.SelectMany(unit => part(unit).Concat(Enumerable.Repeat(0, widest - unit.Groups.Count)))
                .Select(value => (double)value)];
    }
}
