using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>The CUDA forms of all kernels are right, and touch memory as they may.</summary>
public sealed class InterpretedSuiteTests(ITestOutputHelper output)
{
    private readonly InterpretedSuite _suite = InterpretedSuite.Instance;

    public static TheoryData<string> Kernels => SuiteKernels.Names;

    [Theory]
    [MemberData(nameof(Kernels))]
    public void AgreesWithTheReference(string kernel)
    {
        SuiteResult[] results = [.. _suite.Results.Where(result => result.Kernel == kernel)];
        Assert.Empty(results.Where(result => result.Outcome == SuiteOutcome.Failed).Select(result => result.ToString()));
        Assert.Contains(results, result => result.Outcome == SuiteOutcome.Passed);
    }

    [Fact]
    public void EveryKernelOfTheDeviceIsExecuted()
    {
        output.WriteLine($"{_suite.Kernels.Count} kernels, {_suite.Instructions / 1e6:N0} million instructions; too large: "
            + string.Join(", ", _suite.Results
                .Where(result => result.Outcome == SuiteOutcome.TooLarge).Select(result => result.Case).Order()));
        Assert.Empty(CompiledSuite.Instance.Kernels.Except(_suite.Kernels).Select(CompiledSuite.Name).Order());
    }
}
