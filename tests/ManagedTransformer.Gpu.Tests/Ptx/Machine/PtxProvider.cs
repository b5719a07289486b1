using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>The interpreter as a device called <c>ptx</c>.</summary>
internal sealed class PtxProvider : DeviceProvider
{
    public override string Kind => "ptx";

    public override string Absence => "the interpreter is always there.";

    public override IReadOnlyList<DeviceDescription> Find() => [new DeviceDescription("ptx:0", "PTX in an interpreter", 0)];

    public override Tensors.Device Open(string name) => PtxMachine.Interpreter(name).Device;
}
