using System.Collections.Concurrent;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Compiles each kernel to PTX for SM_90 and executes it in the interpreter, at once and on the calling thread.</summary>
internal sealed class PtxInterpreterLauncher(Accelerator accelerator) : KernelLauncher
{
    // One for all machines: kernels are compiled once.
    private static readonly PtxCompilation _compilation = new(CudaArchitecture.SM_90);
    private static readonly ConcurrentDictionary<MethodInfo, Lazy<PtxKernel>> _kernels = [];
    private long _executed;

    /// <summary>How many instructions, counted per thread, may still be executed.</summary>
    public long Budget { get; set; } = long.MaxValue;

    /// <summary>
    /// Where the budget is used up, leaves launches out instead of throwing, but for kernels that were not executed yet; <see cref="IsTruncated"/>
    /// says so.
    /// </summary>
    public bool LeavesOut { get; set; }

    /// <summary>Whether a launch was left out since this was last reset: results are not those of the kernels.</summary>
    public bool IsTruncated { get; set; }

    /// <summary>Instructions so far, counted per thread.</summary>
    public long Executed => Interlocked.Read(ref _executed);

    /// <summary>The kernels launched so far.</summary>
    public ConcurrentDictionary<MethodInfo, int> Launched { get; } = [];

    /// <summary>The kernel of a method.</summary>
    public static PtxKernel Load(MethodInfo method) =>
        _kernels.GetOrAdd(method, static method => new Lazy<PtxKernel>(() => PtxKernel.Parse(Text(method)))).Value;

    private static string Text(MethodInfo method)
    {
        string text = _compilation.Compile(method);
        if (Environment.GetEnvironmentVariable("MT_PTX_DUMP") is { Length: > 0 } folder)
        {
            string file = $"{method.DeclaringType?.Name}.{method.Name}.{method.GetHashCode():x}.ptx"; // forms of one kernel have one name
            File.WriteAllText(Path.Combine(folder, file), text);
        }

        return text;
    }

    public override void Launch<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments)
    {
        bool isNew = !Launched.ContainsKey(kernel.Method);
        if (LeavesOut && Budget <= 0 && !isNew)
        {
            IsTruncated = true;
            return;
        }

        PtxKernel loaded = Load(kernel.Method);
        var values = new PtxArguments(accelerator, arguments);
        SharedMemoryConfig shared = config.SharedMemoryConfig;
        int dynamicBytes = shared.UsesDynamicSharedMemory ? shared.ArraySize : 0;
        long limit = LeavesOut && isNew ? long.MaxValue : Budget;
        var launch = new PtxLaunch(loaded, config.GridDim, config.GroupDim, dynamicBytes, values.Bytes, values.Buffers, limit);
        try
        {
            launch.Run();
        }
        catch (PtxBudgetException) when (LeavesOut)
        {
            (IsTruncated, Budget) = (true, 0);
            return;
        }

        Budget -= launch.Executed;
        Interlocked.Add(ref _executed, launch.Executed);
        Launched.AddOrUpdate(kernel.Method, 1, static (_, count) => count + 1);
    }
}
