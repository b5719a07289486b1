using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times matrix products by their sizes: 2 M N K operations.</summary>
internal sealed class ProfilingMatrixKernels(IMatrixKernels kernels, KernelProfile profile) : IMatrixKernels
{
    private readonly Dictionary<(bool, bool, int, int, int, int), string> _names = [];

    public void MatMul(in MatMulProblem problem)
    {
        (double m, double n, double k, double batch) = (problem.M, problem.N, problem.K, problem.Batch);
        double results = (problem.Accumulate ? 2 : 1) + (problem.PreActivation.IsAbsent ? 0 : 1);
        using KernelClock _ = profile.Time(Name(problem), batch * ((m * k) + (k * n) + (results * m * n)), 2 * batch * m * n * k);
        kernels.MatMul(problem);
    }

    private string Name(in MatMulProblem problem)
    {
        var key = (problem.TransposeA, problem.TransposeB, problem.Batch, problem.M, problem.N, problem.K);
        if (!_names.TryGetValue(key, out string? name))
        {
            string form = $"{(problem.TransposeA ? 't' : 'n')}{(problem.TransposeB ? 't' : 'n')}",
                batch = problem.Batch == 1 ? "" : $"{problem.Batch} of ";
            name = $"MatMul {form} {batch}{problem.M} x {problem.N} x {problem.K}";
            _names.Add(key, name);
        }

        return name;
    }
}
