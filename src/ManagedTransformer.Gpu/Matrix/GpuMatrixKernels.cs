using ILGPU;
using ILGPU.Runtime;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Matrix products on a GPU: chooses a kernel by the shape (<see cref="MatMulPlan"/>) and launches it.</summary>
internal sealed class GpuMatrixKernels(GpuDevice device) : IMatrixKernels
{
    private readonly GpuDevice _device = device;
    private readonly TensorLauncher _tensors = new(device);

    public void MatMul(in MatMulProblem problem)
    {
        if (problem.Batch == 0 || problem.M == 0 || problem.N == 0)
        {
            return;
        }

        if (problem.BatchInvariant && problem.M > ThinCode.MostVectors)
        {
            FewAtATime(problem);
            return;
        }

        MatMulPlan plan = MatMulPlan.For(problem, _device.Multiprocessors);
        MatMulArguments arguments = Arguments(problem, plan);
        if (plan.Parts == 1)
        {
            Multiply(problem, plan, arguments);
            return;
        }

        long elements = (long)problem.Batch * problem.M * problem.N, bytes = plan.Parts * elements * sizeof(float);
        MemoryBuffer1D<byte, Stride1D.Dense> scratch = _device.Pool.Rent(bytes);
        try
        {
            arguments.Scratch = scratch.View.BaseView.Cast<float>();
            Multiply(problem, plan, arguments);
            _device.LaunchOver(MatMulSumCode.Run, elements, arguments);
        }
        finally
        {
            _device.Pool.Return(scratch, bytes);
        }
    }

    // The plan of a few rows, and the order in which each is added up, does not depend on their number.
    private void FewAtATime(MatMulProblem problem)
    {
        int rows = problem.M;
        for (int m = 0; m < rows; m += problem.M)
        {
            problem.M = Math.Min(ThinCode.MostVectors, rows - m);
            MatMul(problem);
            problem.A = problem.A with { Offset = problem.A.Offset + (problem.M * (problem.TransposeA ? 1 : problem.StrideA)) };
            problem.C = problem.C with { Offset = problem.C.Offset + (problem.M * problem.StrideC) };
            problem.PreActivation = problem.PreActivation with
            {
                Offset = problem.PreActivation.Offset + (problem.M * problem.StrideC),
            };
        }
    }

    private static MatMulArguments Arguments(in MatMulProblem problem, MatMulPlan plan)
    {
        bool halves = problem.TypeOfB == DType.BFloat16;
        return new MatMulArguments
        {
            A = problem.A.Floats(),
            B = halves ? default : problem.B.Floats(),
            Halves = halves ? problem.B.Halves() : default,
            C = problem.C.Floats(),
            Bias = problem.Bias.Floats(),
            PreActivation = problem.PreActivation.Floats(),
            StrideA = problem.StrideA,
            StrideB = problem.StrideB,
            StrideC = problem.StrideC,
            BatchStrideA = problem.BatchStrideA,
            BatchStrideB = problem.BatchStrideB,
            BatchStrideC = problem.BatchStrideC,
            BatchStrideBias = problem.BatchStrideBias,
            Batch = problem.Batch,
            M = problem.M,
            N = problem.N,
            K = problem.K,
            TransposeA = problem.TransposeA ? 1 : 0,
            TransposeB = problem.TransposeB ? 1 : 0,
            Accumulate = problem.Accumulate ? 1 : 0,
            HasBias = problem.Bias.IsAbsent ? 0 : 1,
            HasPreActivation = problem.PreActivation.IsAbsent ? 0 : 1,
            Activation = (int)problem.Activation,
            Alpha = problem.Alpha,
            Parts = plan.Parts,
            PartDepth = plan.PartDepth,
        };
    }

    private void Multiply(in MatMulProblem problem, MatMulPlan plan, MatMulArguments arguments)
    {
        bool halves = problem.TypeOfB == DType.BFloat16;
        if (_tensors.TryMultiply(problem, plan, arguments))
        {
            return;
        }

        switch (plan.Method)
        {
            case MatMulMethod.FewRows:
                FewRows(problem, plan, arguments);
                break;
            case MatMulMethod.FewColumns:
                FewColumns(problem, plan, arguments);
                break;
            case MatMulMethod.SmallTiles when halves:
                Tiles(MatMulTile64Code.Run<BFloat16Element>, MatMulTile64Code.Width, MatMulTile64Code.GroupSize, arguments);
                break;
            case MatMulMethod.SmallTiles:
                Tiles(MatMulTile64Code.Run<Float32Element>, MatMulTile64Code.Width, MatMulTile64Code.GroupSize, arguments);
                break;
            case MatMulMethod.LargeTiles when halves:
                Tiles(MatMulTile128Code.Run<BFloat16Element>, MatMulTile128Code.Width, MatMulTile128Code.GroupSize, arguments);
                break;
            default:
                Tiles(MatMulTile128Code.Run<Float32Element>, MatMulTile128Code.Width, MatMulTile128Code.GroupSize, arguments);
                break;
        }
    }

    private void Tiles(Action<MatMulArguments> kernel, int width, int groupSize, MatMulArguments arguments)
    {
        arguments.TilesM = (arguments.M + width - 1) / width;
        arguments.TilesN = (arguments.N + width - 1) / width;
        int groups = checked(arguments.TilesM * arguments.TilesN * arguments.Batch * arguments.Parts);
        _device.Launch(kernel, new Index3D(groups, 1, 1), groupSize, arguments);
    }

    private void FewRows(in MatMulProblem problem, MatMulPlan plan, MatMulArguments arguments)
    {
        var thin = new ThinArguments
        {
            Product = arguments,
            Thin = arguments.A,
            ThinCount = problem.M,
            ThinStride = problem.TransposeA ? 1 : problem.StrideA,
            ThinStep = problem.TransposeA ? problem.StrideA : 1,
            ThinBatchStride = problem.BatchStrideA,
            Wide = arguments.B,
            Halves = arguments.Halves,
            WideCount = problem.N,
            WideStride = problem.TransposeB ? problem.StrideB : 1,
            WideStep = problem.TransposeB ? 1 : problem.StrideB,
            WideBatchStride = problem.BatchStrideB,
            Slices = plan.Slices,
            SlicesInner = problem.TransposeB ? 1 : 0,
        };
        if (problem.TypeOfB == DType.BFloat16)
        {
            Thin<BFloat16Element>(thin);
        }
        else
        {
            Thin<Float32Element>(thin);
        }
    }

    private void FewColumns(in MatMulProblem problem, MatMulPlan plan, MatMulArguments arguments) => Thin<Float32Element>(new ThinArguments
    {
        Product = arguments,
        Thin = arguments.B,
        ThinCount = problem.N,
        ThinStride = problem.TransposeB ? problem.StrideB : 1,
        ThinStep = problem.TransposeB ? 1 : problem.StrideB,
        ThinBatchStride = problem.BatchStrideB,
        ThinIsRight = 1,
        Wide = arguments.A,
        WideCount = problem.M,
        WideStride = problem.TransposeA ? 1 : problem.StrideA,
        WideStep = problem.TransposeA ? problem.StrideA : 1,
        WideBatchStride = problem.BatchStrideA,
        Slices = plan.Slices,
        SlicesInner = problem.TransposeA ? 0 : 1,
    });

    private void Thin<TElement>(ThinArguments arguments)
        where TElement : struct, IMatrixElement
    {
        int vectors = ThinCode.GroupSize / arguments.Slices, blocks = (arguments.WideCount + vectors - 1) / vectors;
        var groups = new Index3D(checked(blocks * arguments.Product.Batch * arguments.Product.Parts), 1, 1);
        switch (arguments.ThinCount)
        {
            case 1:
                _device.Launch(ThinCode.Run<ThinOne, TElement>, groups, ThinCode.GroupSize, arguments);
                break;
            case 2:
                _device.Launch(ThinCode.Run<ThinTwo, TElement>, groups, ThinCode.GroupSize, arguments);
                break;
            case 3 or 4:
                _device.Launch(ThinCode.Run<ThinFour, TElement>, groups, ThinCode.GroupSize, arguments);
                break;
            default:
                _device.Launch(ThinCode.Run<ThinEight, TElement>, groups, ThinCode.GroupSize, arguments);
                break;
        }
    }
}
