using System.Reflection;
using ILGPU.Runtime.Cuda;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Reference;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// All kernels that the suite launches on a card, compiled to PTX for two architectures; none is executed, so that results mean nothing.
/// Made once for all tests.
/// </summary>
public sealed class CompiledSuite
{
    private static readonly CudaArchitecture[] _architectures = [CudaArchitecture.SM_80, CudaArchitecture.SM_90];
    private static readonly Lazy<CompiledSuite> _instance = new(() => new CompiledSuite());
    private readonly PtxCompileLauncher _launcher = new(_architectures);

    private CompiledSuite()
    {
        using var machine = new PtxMachine("compile:0", _ => _launcher);
        foreach (MatMulPrecision precision in Enum.GetValues<MatMulPrecision>())
        {
            machine.Device.MatMulPrecision = precision;
            foreach (KernelCase test in KernelSuite.Cases.Where(
                test => precision == MatMulPrecision.Float32 || SuiteKernels.HasPrecisions(test)))
            {
                try
                {
                    _ = test.Run(machine.Device);
                }
                catch (NotSupportedException e)
                {
                    Missing[test.Kernel] = e.Message;
                }
            }
        }
    }

    public static CompiledSuite Instance => _instance.Value;

    /// <summary>Kernels of the contract that the device does not have, and what it says.</summary>
    public Dictionary<string, string> Missing { get; } = [];

    /// <summary>The device's kernels.</summary>
    internal IReadOnlyCollection<MethodInfo> Kernels => [.. _launcher.Compiled.Keys];

    /// <summary>Texts for the newest architecture.</summary>
    internal IEnumerable<(string Name, string Text)> Texts =>
        _launcher.Compiled.Where(kernel => kernel.Value[^1].Text is not null).Select(kernel => (Name(kernel.Key), kernel.Value[^1].Text!));

    /// <summary>What did not compile, one line each.</summary>
    internal IReadOnlyList<string> Failures =>
    [
        .. from kernel in _launcher.Compiled
           from result in kernel.Value.Zip(_architectures)
           where result.First.Text is null
           select $"{Name(kernel.Key)} for {result.Second}: {result.First.Failure}",
    ];

    internal static string Name(MethodInfo kernel) =>
        $"{kernel.DeclaringType!.Name}.{kernel.Name}"
        + Arguments([.. kernel.DeclaringType.GetGenericArguments(), .. kernel.GetGenericArguments()]);

    private static string Arguments(Type[] types) =>
        types.Length == 0 ? "" : $"<{string.Join(", ", types.Select(type => type.Name + Arguments(type.GetGenericArguments())))}>";
}
