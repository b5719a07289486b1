using ManagedTransformer.Tests.OnDevice;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>All kernels in their OpenCL forms, on a real driver.</summary>
public sealed class OpenClSuiteTests(ITestOutputHelper output)
{
    public static TheoryData<string> Kernels => SuiteKernels.Names;

    [Theory]
    [MemberData(nameof(Kernels))]
    public void AgreesWithTheReference(string kernel)
    {
        OpenClSuite suite = Suite();
        SuiteResult[] results = [.. suite.Results.Where(result => result.Kernel == kernel)];
        Assert.Empty(results.Where(result => result.Outcome != SuiteOutcome.Passed).Select(result => result.ToString()));
        Assert.NotEmpty(results);
    }

    [Fact]
    public void EveryCaseHasRun()
    {
        OpenClSuite suite = Suite();
        output.WriteLine(suite.Description);
        Assert.Equal("", suite.Remarks);
    }

    private static OpenClSuite Suite()
    {
        Assert.SkipWhen(SoftwareOpenCl.Absence is not null, $"No OpenCL driver could be brought here: {SoftwareOpenCl.Absence}");
        return OpenClSuite.Instance;
    }
}
