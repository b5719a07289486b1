namespace ManagedTransformer.Tests.Golden.DeLighT;

/// <summary>The cases of DeLighT and DeFINE.</summary>
internal static class DelightFamily
{
    public static GoldenFamily Family { get; } = new(
        "delight",
        [
            new GroupedLinearSystem(), new UnitSystem("dextra"), new UnitSystem("define"), new ConfigSystem(), new LearningRateSystem(),
            new AdaptiveInputSystem(), new AdaptiveSoftmaxSystem(), new EmbeddingSystem(), new LayerSystem("encoder_layer"),
            new LayerSystem("decoder_layer"), new LanguageModelSystem(), new TranslationSystem(), new GenerateSystem(),
            new InitializationSystem(),
        ],
        [],
        _ => 1e-6)
    {
        Allowance = Allowance,
    };

    // Gradients pass a dozen norms: their errors go with the largest gradients of the case.
    private static double Allowance(GoldenCase test, string name) => name.StartsWith("grad/", StringComparison.Ordinal)
        ? (1e-3 * test.Largest(name))
            + (1e-5 * test.Names.Where(other => other.StartsWith("grad/", StringComparison.Ordinal)).Max(test.Largest))
        : 1e-5 * (1 + test.Largest(name));
}
