using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Normalization;
using ManagedTransformer.Tensors.Cpu.Reductions;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Normalisations with the vectors of one width.</summary>
internal sealed unsafe class CpuNormalizationKernels<TOps, TVector> : INormalizationKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void LayerNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, DeviceBuffer bias, float epsilon,
        DeviceBuffer sum, DeviceBuffer y, DeviceBuffer mean, DeviceBuffer rstd, long rows, int width)
    {
        var job = new LayerNormForward<TOps, TVector>
        {
            X = x.Floats(),
            Residual = residual.Floats(),
            Gain = gain.Floats(),
            Bias = bias.Floats(),
            Epsilon = epsilon,
            Sum = sum.Floats(),
            Y = y.Floats(),
            Mean = mean.Floats(),
            Rstd = rstd.Floats(),
            Width = width,
        };
        Ranges.RunRows(rows, width, ref job);
    }

    public void LayerNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer dy,
        DeviceBuffer dSum, DeviceBuffer ds, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width)
    {
        long bands = RowBands<TOps, TVector>.Count(rows);
        using var parts = new PooledScratch(2 * bands * width);
        var job = new LayerNormBackward<TOps, TVector>
        {
            S = s.Floats(),
            Gain = gain.Floats(),
            Mean = mean.Floats(),
            Rstd = rstd.Floats(),
            DY = dy.Floats(),
            DSum = dSum.Floats(),
            DS = ds.Floats(),
            DGainParts = parts.Floats,
            DBiasParts = parts.Floats + (bands * width),
            Rows = rows,
            Band = RowBands<TOps, TVector>.Length(rows),
            Width = width,
        };
        Ranges.RunRows(bands, job.Band * width, ref job);
        RowBands<TOps, TVector>.Combine(job.DGainParts, dGain.Floats(), bands, width);
        RowBands<TOps, TVector>.Combine(job.DBiasParts, dBias.Floats(), bands, width);
    }

    public void RmsNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, float epsilon, DeviceBuffer sum, DeviceBuffer y,
        DeviceBuffer rrms, long rows, int width)
    {
        var job = new RmsNormForward<TOps, TVector>
        {
            X = x.Floats(),
            Residual = residual.Floats(),
            Sum = sum.Floats(),
            Gain = gain.Floats(),
            Y = y.Floats(),
            Rrms = rrms.Floats(),
            Epsilon = epsilon,
            Width = width,
        };
        Ranges.RunRows(rows, width, ref job);
    }

    public void RmsNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer rrms, DeviceBuffer dy, DeviceBuffer dSum, DeviceBuffer ds,
        DeviceBuffer dGain, long rows, int width)
    {
        long bands = RowBands<TOps, TVector>.Count(rows);
        using var parts = new PooledScratch(bands * width);
        var job = new RmsNormBackward<TOps, TVector>
        {
            S = s.Floats(),
            Gain = gain.Floats(),
            Rrms = rrms.Floats(),
            DY = dy.Floats(),
            DSum = dSum.Floats(),
            DS = ds.Floats(),
            DGainParts = parts.Floats,
            Rows = rows,
            Band = RowBands<TOps, TVector>.Length(rows),
            Width = width,
        };
        Ranges.RunRows(bands, job.Band * width, ref job);
        RowBands<TOps, TVector>.Combine(job.DGainParts, dGain.Floats(), bands, width);
    }

    public void BatchStatistics(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer variance, long rows, int width)
    {
        var elements = new ColumnElements<TOps, TVector>(x.Floats());
        ColumnFold<TOps, TVector, SumFold<TOps, TVector>, ColumnElements<TOps, TVector>>.Run(elements, mean.Floats(), 1, rows, width);
        Divide(mean.Floats(), rows, width);
        var deviations = new SquaredDeviation<TOps, TVector>(x.Floats(), mean.Floats());
        ColumnFold<TOps, TVector, SumFold<TOps, TVector>, SquaredDeviation<TOps, TVector>>.Run(deviations, variance.Floats(),
            1, rows, width);
        Divide(variance.Floats(), rows, width);
    }

    public void BatchNormalize(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer bias, DeviceBuffer y,
        long rows, int width)
    {
        var job = new BatchNormForward<TOps, TVector>
        {
            X = x.Floats(),
            Mean = mean.Floats(),
            Rstd = rstd.Floats(),
            Gain = gain.Floats(),
            Bias = bias.Floats(),
            Y = y.Floats(),
            Width = width,
        };
        Ranges.RunRows(rows, width, ref job);
    }

    public void BatchNormGradient(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer dy,
        DeviceBuffer dx, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width, DeviceBuffer counts, long counted)
    {
        var slopes = new GainSlope<TOps, TVector>(x.Floats(), mean.Floats(), rstd.Floats(), dy.Floats());
        ColumnFold<TOps, TVector, SumFold<TOps, TVector>, GainSlope<TOps, TVector>>.Run(slopes, dGain.Floats(), 1, rows, width);
        var elements = new ColumnElements<TOps, TVector>(dy.Floats());
        ColumnFold<TOps, TVector, SumFold<TOps, TVector>, ColumnElements<TOps, TVector>>.Run(elements, dBias.Floats(), 1, rows, width);
        var job = new BatchNormBackward<TOps, TVector>
        {
            X = x.Floats(),
            Mean = mean.Floats(),
            Rstd = rstd.Floats(),
            Gain = gain.Floats(),
            DY = dy.Floats(),
            DX = dx.Floats(),
            DGain = dGain.Floats(),
            DBias = dBias.Floats(),
            Counts = counts.Floats(),
            Share = counted == 0 ? 0f : 1f / counted,
            Width = width,
        };
        Ranges.RunRows(rows, width, ref job);
    }

    public void GroupedNorm(in GroupedNormProblem problem)
    {
        switch (problem.Activation)
        {
            case Activation.None: GroupForward(new UnaryFunctions<TOps, TVector>.Affine(1, 0), problem); break;
            case Activation.Relu: GroupForward(default(UnaryFunctions<TOps, TVector>.Relu), problem); break;
            case Activation.Gelu: GroupForward(default(UnaryFunctions<TOps, TVector>.Gelu), problem); break;
            case Activation.GeluTanh: GroupForward(default(UnaryFunctions<TOps, TVector>.GeluTanh), problem); break;
            case Activation.Silu: GroupForward(default(UnaryFunctions<TOps, TVector>.Silu), problem); break;
            default: throw new ArgumentOutOfRangeException(nameof(problem));
        }
    }

    public void GroupedNormGradient(in GroupedNormProblem problem)
    {
        switch (problem.Activation)
        {
            case Activation.None: GroupBackward(new UnaryFunctions<TOps, TVector>.Affine(1, 0), problem); break;
            case Activation.Relu: GroupBackward(default(UnaryFunctions<TOps, TVector>.Relu), problem); break;
            case Activation.Gelu: GroupBackward(default(UnaryFunctions<TOps, TVector>.Gelu), problem); break;
            case Activation.GeluTanh: GroupBackward(default(UnaryFunctions<TOps, TVector>.GeluTanh), problem); break;
            case Activation.Silu: GroupBackward(default(UnaryFunctions<TOps, TVector>.Silu), problem); break;
            default: throw new ArgumentOutOfRangeException(nameof(problem));
        }
    }

    private static void GroupForward<TFunction>(TFunction function, in GroupedNormProblem problem)
        where TFunction : unmanaged, IUnaryFunction<TVector> =>
        GroupedNormForward<TOps, TVector, TFunction>.Run(function, problem);

    private static void GroupBackward<TFunction>(TFunction function, in GroupedNormProblem problem)
        where TFunction : unmanaged, IUnaryFunction<TVector> =>
        GroupedNormBackward<TOps, TVector, TFunction>.Run(function, problem);

    private static void Divide(float* x, long divisor, int count)
    {
        for (int i = 0; i < count; i++)
        {
            x[i] /= divisor;
        }
    }
}
