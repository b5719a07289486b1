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
        SoftwareOpenCl device = Device();
        SuiteResult[] results = [.. device.Results.Where(result => result.Kernel == kernel)];
        Assert.Empty(results.Where(result => result.Outcome != SuiteOutcome.Passed).Select(result => result.ToString()));
        Assert.NotEmpty(results);
    }

    [Fact]
    public void EveryCaseHasRun()
    {
        SoftwareOpenCl device = Device();
        output.WriteLine(device.Description);
        Assert.Equal("", device.Remarks);
    }

    private static SoftwareOpenCl Device()
    {
        SoftwareOpenCl device = SoftwareOpenCl.Instance;
        Assert.SkipWhen(device.Absence.Length > 0, $"No OpenCL driver could be brought here: {device.Absence}");
        return device;
    }
}
