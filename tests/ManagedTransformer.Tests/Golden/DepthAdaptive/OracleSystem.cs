using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

internal sealed class OracleSystem : IGoldenSystem
{
    public string Name => "oracle";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        bool perToken = config.Text("level") == "token";
        Shape shape = test.ShapeOf("in/ll");
        bool[] real = [.. test.IntegerValues("in/padding_mask").Select(padding => padding == 0)];
        float[] values = test.Values(DepthModels.Oracle(config.Text("kind")) == ExitOracleKind.Likelihood ? "in/ll" : "in/correct");
        double[] scores = ExitOracle.Scores(values, real, shape[0], shape[1], perToken, config.Double("sigma"), config.Double("lambda"));
        check.Compare("out/score", scores);
        check.Compare("out/exits", [.. ExitOracle.Choose(scores, shape[0], perToken ? real : []).Select(exit => (double)exit)]);
    }
}
