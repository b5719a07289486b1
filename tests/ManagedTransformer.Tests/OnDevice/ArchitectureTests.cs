using Xunit;

namespace ManagedTransformer.Tests.OnDevice;

/// <summary>
/// What must hold on a device for a small recipe of every architecture, on an OpenCL device (<see cref="ArchitectureCheck"/>).
/// </summary>
public sealed class ArchitectureTests
{
    public static TheoryData<string> Names() => [.. ArchitectureCheck.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void TrainsAndGeneratesAsOnTheCpu(string name)
    {
        TestDevice.OpenCl.Require();
        Assert.Equal("", TestDevice.OpenCl.Ask(DeviceWorkerProgram.ArchitectureRequest, name));
    }
}
