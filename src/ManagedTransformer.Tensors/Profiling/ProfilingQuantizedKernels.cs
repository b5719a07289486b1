using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times products with matrices of small integers: 2 M N K operations, and the bytes that such a matrix has.</summary>
internal sealed class ProfilingQuantizedKernels(IQuantizedKernels kernels, KernelProfile profile) : IQuantizedKernels
{
    private readonly Dictionary<(DType, int, int, int), string> _names = [];

    public void MatMul(in MatMulProblem problem, in QuantizedMatrix b)
    {
        (double m, double n, double k) = (problem.M, problem.N, problem.K);
        double elements = (m * k) + ((problem.Accumulate ? 2 : 1) * m * n) + (n * ((b.RowBytes / 4.0) + (b.Groups / 2.0)));
        using KernelClock _ = profile.Time(Name(problem, b.Type), elements, 2 * m * n * k);
        kernels.MatMul(problem, b);
    }

    public void GatherRows(in QuantizedMatrix table, DeviceBuffer indices, DeviceBuffer y, long count)
    {
        using KernelClock _ = profile.Time(
            nameof(GatherRows), count * (1 + table.Width + (table.RowBytes / 4.0) + (table.Groups / 2.0)));
        kernels.GatherRows(table, indices, y, count);
    }

    public bool Round(DeviceBuffer x, in QuantizedMatrix y)
    {
        using KernelClock _ = profile.Time(
            nameof(Round), (double)y.Rows * (y.Width + (y.RowBytes / 4.0) + (y.Groups / 2.0)));
        return kernels.Round(x, y);
    }

    private string Name(in MatMulProblem problem, DType type)
    {
        var key = (type, problem.M, problem.N, problem.K);
        if (!_names.TryGetValue(key, out string? name))
        {
            name = $"MatMul nt {problem.M} x {problem.N} x {problem.K}, {type}";
            _names.Add(key, name);
        }

        return name;
    }
}
