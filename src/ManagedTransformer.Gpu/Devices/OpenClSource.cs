using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Mends the text of kernels in OpenCL. Names of types and labels are numbered within the kernel, where ILGPU 1.5.3 counts all that it has
/// compiled: so drivers, which keep compiled kernels by their text, know a kernel again. And barriers: ILGPU writes
/// <c>work_group_barrier(CLK_GLOBAL_MEM_FENCE)</c> for <see cref="ILGPU.Group.Barrier"/>: the threads wait for one another, but what they
/// have written to shared (OpenCL: local) memory before need not be seen by the others behind it. Processors and NVIDIA's cards order both
/// kinds of memory anyway; compilers that keep track of them apart, such as AMD's, may not. Here every barrier fences both.
/// </summary>
internal static partial class OpenClSource
{
    private const string Barrier = "work_group_barrier ( CLK_GLOBAL_MEM_FENCE )";
    private const string Fenced = "work_group_barrier ( CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE )";

    /// <summary>The same kernel with its text mended; kernels in other languages as they are.</summary>
    public static CompiledKernel Mend(CompiledKernel kernel)
    {
        if (kernel is not CLCompiledKernel source)
        {
            return kernel;
        }

        var entry = (SeparateViewEntryPoint)EntryPointOf(kernel);
        return new CLCompiledKernel(kernel.Context, entry, kernel.Info, WithOwnNumbers(WithFencedBarriers(source.Source)), source.CVersion);
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

    /// <summary>The same text with the numbers of types and labels in the order of their first appearance.</summary>
    public static string WithOwnNumbers(string source)
    {
        Dictionary<string, string> names = [];
        return NumberedName().Replace(source, match =>
        {
            if (!names.TryGetValue(match.Value, out string? name))
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{match.Groups["kind"].Value}{names.Count}");
                names[match.Value] = name;
            }

            return name;
        });
    }

    [GeneratedRegex(@"\b(?<kind>type_|L_)\d+")]
    private static partial Regex NumberedName();

    // ILGPU shows the entry point to its own launchers only.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_EntryPoint")]
    private static extern EntryPoint EntryPointOf(CompiledKernel kernel);
}
