using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Compiles kernels to PTX for one architecture, with ILGPU and without a device.</summary>
internal sealed class PtxCompilation(CudaArchitecture architecture) : IDisposable
{
    private readonly Lock _gate = new();
    private Context? _context;
    private PTXBackend? _backend;

    /// <summary>The kernel's text.</summary>
    public string Compile(MethodInfo kernel)
    {
        lock (_gate)
        {
            _context ??= KernelContext.Create(builder => builder);
            _backend ??= new PTXBackend(_context, architecture, CudaInstructionSet.ISA_80, null!);
            try
            {
                EntryPointDescription entry = EntryPointDescription.FromExplicitlyGroupedKernel(kernel);
                return ((PTXCompiledKernel)_backend.Compile(entry, default)).PTXAssembly;
            }
            catch
            {
                // After a kernel that does not compile, a context compiles no other either.
                Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        _backend?.Dispose();
        _context?.Dispose();
        (_backend, _context) = (null, null);
    }
}
