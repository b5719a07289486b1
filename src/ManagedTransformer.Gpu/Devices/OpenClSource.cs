using System.Runtime.CompilerServices;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Mends the barriers of kernels in OpenCL. ILGPU 1.5.3 writes <c>work_group_barrier(CLK_GLOBAL_MEM_FENCE)</c> for
/// <see cref="ILGPU.Group.Barrier"/>: the threads wait for one another, but what they have written to shared (OpenCL: local) memory before
/// need not be seen by the others behind it. Processors and NVIDIA's cards order both kinds of memory anyway; compilers that keep track of
/// them apart, such as AMD's, may not. Here every barrier fences both.
/// </summary>
internal static class OpenClSource
{
    private const string Barrier = "work_group_barrier ( CLK_GLOBAL_MEM_FENCE )";
    private const string Fenced = "work_group_barrier ( CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE )";

    /// <summary>The same kernel with barriers that fence shared memory, too.</summary>
    public static CompiledKernel WithFencedBarriers(CompiledKernel kernel)
    {
        if (kernel is not CLCompiledKernel source)
        {
            return kernel;
        }

        var entry = (SeparateViewEntryPoint)EntryPointOf(kernel);
        return new CLCompiledKernel(kernel.Context, entry, kernel.Info, WithFencedBarriers(source.Source), source.CVersion);
    }

    /// <summary>The same text with barriers that fence shared memory, too.</summary>
    /// <exception cref="NotSupportedException">A barrier is written in a way that is not known here.</exception>
    public static string WithFencedBarriers(string source)
    {
        bool isKnown = !source.Replace(Barrier, "", StringComparison.Ordinal).Contains("barrier", StringComparison.Ordinal);
        return isKnown
            ? source.Replace(Barrier, Fenced, StringComparison.Ordinal)
            : throw new NotSupportedException("ILGPU writes barriers of OpenCL in an unknown way.");
    }

    // ILGPU shows the entry point to its own launchers only.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_EntryPoint")]
    private static extern EntryPoint EntryPointOf(CompiledKernel kernel);
}
