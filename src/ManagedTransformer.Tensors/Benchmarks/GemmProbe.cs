using System.Diagnostics;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>
/// A matrix product on matrices that exist already, to be timed now and then, for instance between other work whose speed is compared to
/// it.
/// </summary>
public sealed class GemmProbe
{
    // Small products are timed several at a time, so that the clock's resolution does not matter.
    private const double LeastOperations = 20e6;
    private readonly MatMulProblem _problem;
    private readonly int _repeats;

    /// <summary>A product of random matrices.</summary>
    /// <param name="shape">Sizes, all positive.</param>
    public GemmProbe(GemmShape shape)
    {
        RandomSource random = new(1);
        Tensor a = Tensor.Uniform(shape.TransposeA ? new Shape(shape.K, shape.M) : new Shape(shape.M, shape.K), -1, 1, random.NextKey());
        Tensor b = Tensor.Uniform(shape.TransposeB ? new Shape(shape.N, shape.K) : new Shape(shape.K, shape.N), -1, 1, random.NextKey());
        Tensor c = Tensor.Zeros(new Shape(shape.M, shape.N));
        _problem = new MatMulProblem
        {
            Batch = 1,
            M = shape.M,
            N = shape.N,
            K = shape.K,
            A = a.Buffer,
            B = b.Buffer,
            C = c.Buffer,
            StrideA = a.Shape[1],
            StrideB = b.Shape[1],
            StrideC = shape.N,
            TransposeA = shape.TransposeA,
            TransposeB = shape.TransposeB,
            Alpha = 1,
        };
        _repeats = (int)Math.Max(1, LeastOperations / (2.0 * shape.M * shape.N * shape.K));
    }

    /// <summary>Computes it, and the time that took.</summary>
    public double Milliseconds()
    {
        Device device = _problem.C.Storage!.Device;
        IMatrixKernels kernels = device.Kernels.Matrix;
        device.Synchronize();
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < _repeats; i++)
        {
            kernels.MatMul(_problem);
        }

        device.Synchronize();

        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds / _repeats;
    }
}
