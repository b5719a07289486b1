using System.Collections.Concurrent;
using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Compiles kernels to PTX for one architecture, with ILGPU and without a device, each one once per process.</summary>
internal sealed class PtxCompilation : IDisposable
{
    private static readonly ConcurrentDictionary<CudaArchitecture, PtxCompilation> _all = [];
    private readonly ConcurrentDictionary<MethodInfo, Lazy<(string Text, PtxKernel Kernel)>> _kernels = [];
    private readonly CudaArchitecture _architecture;
    private readonly Lock _gate = new();
    private Context? _context;
    private PTXBackend? _backend;

    private PtxCompilation(CudaArchitecture architecture) => _architecture = architecture;

    public static PtxCompilation For(CudaArchitecture architecture) =>
        _all.GetOrAdd(architecture, static found => new PtxCompilation(found));

    /// <summary>The kernel's text.</summary>
    public string Text(MethodInfo kernel) => Find(kernel).Text;

    /// <summary>The kernel, ready for the interpreter.</summary>
    public PtxKernel Load(MethodInfo kernel) => Find(kernel).Kernel;

    private (string Text, PtxKernel Kernel) Find(MethodInfo kernel) => _kernels.GetOrAdd(kernel, method => new(() =>
    {
        string text = Compile(method);
        return (text, PtxKernel.Parse(text));
    })).Value;

    private string Compile(MethodInfo kernel)
    {
        lock (_gate)
        {
            _context ??= KernelContext.Create(builder => builder);
            _backend ??= new PTXBackend(_context, _architecture, CudaInstructionSet.ISA_80, null!);
            try
            {
                EntryPointDescription entry = EntryPointDescription.FromExplicitlyGroupedKernel(kernel);
                return Dump(kernel, ((PTXCompiledKernel)_backend.Compile(entry, default)).PTXAssembly);
            }
            catch
            {
                // After a kernel that does not compile, a context compiles no other either.
                Dispose();
                throw;
            }
        }
    }

    // For whoever wants to read it: MT_PTX_DUMP names a folder.
    private string Dump(MethodInfo kernel, string text)
    {
        if (Environment.GetEnvironmentVariable("MT_PTX_DUMP") is { Length: > 0 } folder)
        {
            // Forms of one kernel have one name.
            string file = $"{kernel.DeclaringType?.Name}.{kernel.Name}.{kernel.GetHashCode():x}.{_architecture}.ptx";
            File.WriteAllText(Path.Combine(folder, file), text);
        }

        return text;
    }

    public void Dispose()
    {
        _backend?.Dispose();
        _context?.Dispose();
        (_backend, _context) = (null, null);
    }
}
