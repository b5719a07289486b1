using BenchmarkDotNet.Attributes;
using ManagedTransformer.Gpu;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Base of the benchmarks of one kernel family each: holds the leaves, and runs an operator alone or with its gradient.</summary>
public abstract class OperatorBenchmark : IDisposable
{
    private readonly List<Tensor> _leaves = [];
    private DeviceScope? _scope;

    /// <summary>The devices of this machine; <c>--filter</c> and <c>--list</c> show them as parameters.</summary>
    public static IEnumerable<string> DeviceNames
    {
        get
        {
            GpuDevices.Register();
            return Devices.All().Select(device => device.Name);
        }
    }

    /// <summary>Where it computes.</summary>
    [ParamsSource(nameof(DeviceNames))]
    public string Device
    {
        get => Tensors.Device.Current.Name;
        set
        {
            GpuDevices.Register();
            _scope?.Dispose();
            _scope = new DeviceScope(Devices.Open(value));
        }
    }

    /// <summary>True if the gradients of all leaves are computed as well.</summary>
    [Params(false, true)]
    public bool Backward { get; set; }

    /// <summary>Leaves the device.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _scope?.Dispose();
        _scope = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>A tensor of uniform numbers in [-1, 1) that is differentiated.</summary>
    private protected Tensor Leaf(params int[] sizes)
    {
        Tensor leaf = Constant(sizes);
        leaf.RequiresGradient = Backward;
        _leaves.Add(leaf);
        return leaf;
    }

    /// <summary>A tensor of uniform numbers in [-1, 1) that is not differentiated.</summary>
    private protected static Tensor Constant(params int[] sizes) =>
        Tensor.Uniform(new Shape(sizes), -1, 1, new RandomKey(1, (ulong)sizes.Length)).Keep();

    /// <summary>Indices 0 .. limit-1 in a fixed disorder.</summary>
    private protected static Tensor Indices(int limit, params int[] sizes)
    {
        Shape shape = new(sizes);
        return Tensor.From([.. Enumerable.Range(0, checked((int)shape.Count)).Select(i => (int)(i * 2654435761L % limit))], shape).Keep();
    }

    /// <summary>Runs an operator as a training step does.</summary>
    private protected void Run(Func<Tensor> operation)
    {
        using StepScope scope = new();
        foreach (Tensor leaf in _leaves)
        {
            leaf.ClearGradient();
        }

        Tensor y = operation();
        if (Backward)
        {
            y.Backward(y.Detach(), freeIntermediates: true);
        }

        y.Device.Synchronize();
    }
}
