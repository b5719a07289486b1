namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

/// <summary>Decoders that tokens leave early.</summary>
internal static class DepthAdaptiveFamily
{
    public static GoldenFamily Family { get; } = new(
        "depth_adaptive",
        [
            new OracleSystem(), new ExitDistributionSystem(), new FlopsSystem(), new AlignedLossSystem(), new MixedLossSystem(),
            new FullLossSystem(), new TwoStageTrainingSystem(), new EarlyExitDecodingSystem(), new EarlyExitSearchSystem(),
        ],
        [],
        _ => 5e-5);
}
