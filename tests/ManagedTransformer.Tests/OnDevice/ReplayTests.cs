using Xunit;

namespace ManagedTransformer.Tests.OnDevice;

/// <summary>Training steps that an OpenCL device is asked for by a recording (<see cref="ReplayCheck"/>).</summary>
public sealed class ReplayTests
{
    public static TheoryData<string> Names() => [.. ReplayCheck.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void HasTheBitsOfATrainingWithoutReplays(string name)
    {
        TestDevice.OpenCl.Require();
        Assert.Equal("", TestDevice.OpenCl.Ask(DeviceWorkerProgram.ReplayRequest, name));
    }
}
