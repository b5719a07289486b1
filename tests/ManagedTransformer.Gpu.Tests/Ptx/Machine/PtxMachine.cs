using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// A device like a CUDA card, without one: its memory is the host's, through ILGPU's CPU accelerator, and a launcher of the tests takes the kernels, which are the ones that a card
/// would run.
/// </summary>
internal sealed class PtxMachine : IDisposable
{
    private readonly Context _context;
    private readonly Accelerator _accelerator;

    /// <param name="name">The device's name.</param><param name="makeLauncher">What executes kernels on the accelerator's memory.</param>
    public PtxMachine(string name, Func<Accelerator, KernelLauncher> makeLauncher)
    {
        _context = Context.Create(builder => builder.CPU(new CPUDevice(2, 1, 1)));
        _accelerator = _context.GetCPUDevice(0).CreateCPUAccelerator(_context, CPUAcceleratorMode.Sequential);
        Device = new GpuDevice(name, "PTX without a card", _accelerator, makeLauncher(_accelerator), hasShuffles: true);
    }

    public GpuDevice Device { get; }

    /// <summary>A machine that interprets.</summary>
    public static PtxMachine Interpreter(string name = "ptx:0") => new(name, accelerator => new PtxInterpreterLauncher(accelerator));

    public void Dispose()
    {
        _accelerator.Dispose();
        _context.Dispose();
    }
}
