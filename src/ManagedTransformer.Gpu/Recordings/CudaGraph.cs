using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>Launches that NVIDIA's driver has taken down once and makes again all together, in one call.</summary>
internal sealed unsafe class CudaGraph : IDisposable
{
    // CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: other threads may go on.
    private const int ThreadLocal = 1;
    private static readonly Functions? _functions = Functions.Find();

    private readonly CudaAccelerator _accelerator;
    private nint _executable;

    private CudaGraph(CudaAccelerator accelerator, nint executable) => (_accelerator, _executable) = (accelerator, executable);

    ~CudaGraph() => Free();

    /// <summary>
    /// Takes launches down without making them: in a stream of their own, since the driver captures nothing in the default one.
    /// </summary>
    /// <param name="accelerator">Where.</param>
    /// <param name="launcher">Makes the launches.</param>
    /// <param name="launches">Queues kernels that have been launched before, and does nothing else.</param>
    /// <returns>Null where the driver cannot do it, or refuses.</returns>
    public static CudaGraph? TryCapture(CudaAccelerator accelerator, AcceleratorLauncher launcher, Action launches)
    {
        if (_functions is not { } driver)
        {
            return null;
        }

        accelerator.Bind();
        using CudaStream stream = accelerator.CreateStream(StreamFlags.CU_STREAM_NON_BLOCKING);
        if (driver.BeginCapture(stream.StreamPtr, ThreadLocal) != 0)
        {
            return null;
        }

        nint graph = 0, executable = 0;
        bool isWhole = false;
        var outer = launcher.Stream;
        launcher.Stream = stream;
        try
        {
            launches();
            isWhole = true;
        }
        catch (Exception e) when (e is Tensors.DeviceException)
        {
            // The launches are made one by one instead, and say what is wrong.
        }
        finally
        {
            launcher.Stream = outer;
            isWhole &= driver.EndCapture(stream.StreamPtr, &graph) == 0;
        }

        isWhole = isWhole && graph != 0 && driver.Instantiate(&executable, graph, 0) == 0;
        if (graph != 0)
        {
            _ = driver.DestroyGraph(graph);
        }

        return isWhole ? new CudaGraph(accelerator, executable) : null;
    }

    /// <summary>Queues the launches in the default stream; false where the driver refuses.</summary>
    public bool TryLaunch()
    {
        _accelerator.Bind();
        return _executable != 0 && _functions!.Launch(_executable, ((CudaStream)_accelerator.DefaultStream).StreamPtr) == 0;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Interlocked.Exchange(ref _executable, 0) is not 0 and nint executable)
        {
            _ = _functions!.DestroyExecutable(executable);
        }
    }

    /// <summary>What the driver offers since CUDA 11.4.</summary>
    private sealed class Functions
    {
        private nint _beginCapture, _endCapture, _instantiate, _launch, _destroyGraph, _destroyExecutable;

        public static Functions? Find()
        {
            Functions found = new()
            {
                _beginCapture = CudaDriver.Find("cuStreamBeginCapture_v2"),
                _endCapture = CudaDriver.Find("cuStreamEndCapture"),
                _instantiate = CudaDriver.Find("cuGraphInstantiateWithFlags"),
                _launch = CudaDriver.Find("cuGraphLaunch"),
                _destroyGraph = CudaDriver.Find("cuGraphDestroy"),
                _destroyExecutable = CudaDriver.Find("cuGraphExecDestroy"),
            };
            bool hasAll = found is
            {
                _beginCapture: not 0, _endCapture: not 0, _instantiate: not 0, _launch: not 0, _destroyGraph: not 0,
                _destroyExecutable: not 0,
            };
            return hasAll ? found : null;
        }

        public int BeginCapture(nint stream, int mode) => ((delegate* unmanaged<nint, int, int>)_beginCapture)(stream, mode);

        public int EndCapture(nint stream, nint* graph) => ((delegate* unmanaged<nint, nint*, int>)_endCapture)(stream, graph);

        public int Instantiate(nint* executable, nint graph, ulong flags) =>
            ((delegate* unmanaged<nint*, nint, ulong, int>)_instantiate)(executable, graph, flags);

        public int Launch(nint executable, nint stream) => ((delegate* unmanaged<nint, nint, int>)_launch)(executable, stream);

        public int DestroyGraph(nint graph) => ((delegate* unmanaged<nint, int>)_destroyGraph)(graph);

        public int DestroyExecutable(nint executable) => ((delegate* unmanaged<nint, int>)_destroyExecutable)(executable);
    }
}
