using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// A device like a CUDA card, without one: its memory is the host's, through ILGPU's CPU accelerator, and a launcher of the tests takes the
/// kernels, which are the ones that a card
/// would run.
/// </summary>
internal sealed class PtxMachine : IDisposable
{
    /// <summary>Shared memory of a group on cards of architecture 8.6 and 8.9, the least with tensor cores, and of 9.0.</summary>
    public const int LeastSharedBytes = 99 << 10, MostSharedBytes = 227 << 10;

    private readonly Context _context;

    /// <param name="name">The device's name.</param>
    /// <param name="makeLauncher">What executes kernels on the accelerator's memory.</param>
    /// <param name="sharedBytes">Shared memory of a group that uses tensor cores: every kernel for them fits into the most.</param>
    public PtxMachine(string name, Func<Accelerator, KernelLauncher> makeLauncher, int sharedBytes = MostSharedBytes)
    {
        _context = KernelContext.Create(builder => builder.CPU(new CPUDevice(2, 1, 1)));
        Accelerator = _context.GetCPUDevice(0).CreateCPUAccelerator(_context, CPUAcceleratorMode.Sequential);
        Device = new GpuDevice(name, "PTX without a card", Accelerator, makeLauncher(Accelerator), hasShuffles: true)
        {
            TensorSharedBytes = sharedBytes,
        };
    }

    public GpuDevice Device { get; }

    /// <summary>Whose memory it is.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The interpreter, if there is one.</summary>
    public PtxInterpreterLauncher? Interpreting => Device.Launcher as PtxInterpreterLauncher;

    /// <summary>A machine that interprets.</summary>
    public static PtxMachine Interpreter(string name = "ptx:0") => new(name, accelerator => new PtxInterpreterLauncher(accelerator));

    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }
}
