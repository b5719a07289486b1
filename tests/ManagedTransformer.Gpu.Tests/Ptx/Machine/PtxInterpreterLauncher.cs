using System.Collections.Concurrent;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ManagedTransformer.Tensors.Kernels;
using ManagedTransformer.Tensors.Reference;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Compiles each kernel to PTX for SM_90 and executes it in the interpreter, at once and on the calling thread.</summary>
internal sealed class PtxInterpreterLauncher(Accelerator accelerator) : KernelLauncher, ILaunchOmissions
{
    private readonly List<(ulong Start, ulong Bytes)> _concerned = [];
    private long _executed;

    /// <summary>How many instructions, counted per thread, may still be executed.</summary>
    public long Budget { get; set; } = long.MaxValue;

    /// <summary>
    /// The kernels that somebody has begun to execute, if launches are left out, instead of throwing, where the budget is used up. Kernels
    /// that are not among them yet are executed to their end, unless they depend on what was left out.
    /// </summary>
    public ConcurrentDictionary<MethodInfo, bool>? Begun { get; set; }

    /// <summary>Kernels launched since <see cref="Begin"/>, also those left out.</summary>
    public HashSet<MethodInfo> Seen { get; private set; } = [];

    /// <summary>Threads of all launches since <see cref="Begin"/>, also of those left out.</summary>
    public long Threads { get; private set; }

    /// <summary>Whether a launch was left out since <see cref="Begin"/>.</summary>
    public bool HaveBegun { get; private set; }

    /// <summary>Instructions so far, counted per thread.</summary>
    public long Executed => Interlocked.Read(ref _executed);

    /// <summary>The kernels launched so far.</summary>
    public ConcurrentDictionary<MethodInfo, int> Launched { get; } = [];

    /// <summary>Starts a case with as many instructions.</summary>
    public void Begin(long budget)
    {
        (Budget, Threads, HaveBegun) = (budget, 0, false);
        _concerned.Clear();
        Seen = [];
    }

    public bool Concern(DeviceBuffer buffer)
    {
        if (_concerned.Count == 0 || buffer.IsAbsent)
        {
            return false;
        }

        IContiguousArrayView view = ((GpuStorage)buffer.Storage!).View;
        return IsConcerned((ulong)view.Buffer.NativePtr + (ulong)view.IndexInBytes, (ulong)view.LengthInBytes);
    }

    public override void Launch<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments)
    {
        var values = new PtxArguments(accelerator, arguments);
        bool isConcerned = values.Buffers.Any(buffer => IsConcerned(buffer.Start, buffer.Bytes));
        bool isNew = Begun is not null && !isConcerned && Begun.TryAdd(kernel.Method, true);
        Seen.Add(kernel.Method);
        Threads += config.GridDim.Size * config.GroupDim.Size;
        if (Begun is not null && Budget <= 0 && !isNew)
        {
            LeaveOut(values);
            return;
        }

        PtxKernel loaded = PtxCompilation.For(CudaArchitecture.SM_90).Load(kernel.Method);
        SharedMemoryConfig shared = config.SharedMemoryConfig;
        int dynamicBytes = shared.UsesDynamicSharedMemory ? shared.ArraySize : 0;
        var launch = new PtxLaunch(
            loaded, config.GridDim, config.GroupDim, dynamicBytes, values.Bytes, values.Buffers, isNew ? long.MaxValue : Budget);
        try
        {
            launch.Run();
        }
        catch (PtxBudgetException) when (Begun is not null)
        {
            Budget = 0;
            LeaveOut(values);
            return;
        }
        finally
        {
            Interlocked.Add(ref _executed, launch.Executed);
        }

        Budget -= launch.Executed;
        Launched.AddOrUpdate(kernel.Method, 1, static (_, count) => count + 1);
        if (isConcerned)
        {
            _concerned.AddRange(values.Buffers);
        }
    }

    private void LeaveOut(PtxArguments values)
    {
        HaveBegun = true;
        _concerned.AddRange(values.Buffers);
    }

    private bool IsConcerned(ulong start, ulong bytes) =>
        _concerned.Exists(other => start < other.Start + other.Bytes && other.Start < start + bytes);
}
