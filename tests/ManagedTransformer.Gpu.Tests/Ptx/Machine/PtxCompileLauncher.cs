using System.Collections.Concurrent;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Compiles each kernel that is launched, and executes none.</summary>
internal sealed class PtxCompileLauncher(params CudaArchitecture[] architectures) : KernelLauncher
{
    private readonly PtxCompilation[] _compilations = [.. architectures.Select(PtxCompilation.For)];

    /// <summary>For each kernel its text per architecture, or why there is none.</summary>
    public ConcurrentDictionary<MethodInfo, IReadOnlyList<(string? Text, string Failure)>> Compiled { get; } = [];

    public override void Launch<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments) =>
        Compiled.GetOrAdd(kernel.Method, method => [.. _compilations.Select(compilation => Compile(compilation, method))]);

    private static (string? Text, string Failure) Compile(PtxCompilation compilation, MethodInfo kernel)
    {
#pragma warning disable CA1031 // Whatever the compiler throws is the result.
        try
        {
            return (compilation.Text(kernel), "");
        }
        catch (Exception e)
        {
            return (null, $"{e.GetType().Name}: {DriverCall.Innermost(e)}");
        }
#pragma warning restore CA1031
    }
}
