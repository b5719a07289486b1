using ILGPU;
using ILGPU.Runtime;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Launches products on tensor cores: chooses the kernel by precision, size of the tile, and how the operands lie.</summary>
internal sealed class TensorLauncher(GpuDevice device)
{
    // Below, a product is too short for copies that run ahead.
    private const int LeastDepth = 16;

    /// <summary>Queues the product unless tensor cores are missing or do not pay.</summary>
    public bool TryMultiply(in MatMulProblem problem, MatMulPlan plan, MatMulArguments arguments)
    {
        bool tiles = plan.Method is MatMulMethod.SmallTiles or MatMulMethod.LargeTiles;
        if (device.TensorSharedBytes == 0 || problem.K < LeastDepth || !tiles)
        {
            return false;
        }

        bool halves = problem.TypeOfB == DType.BFloat16;
        arguments.AddressA = arguments.A.LoadEffectiveAddressAsPtr();
        arguments.AddressB = halves ? arguments.Halves.LoadEffectiveAddressAsPtr() : arguments.B.LoadEffectiveAddressAsPtr();
        int elementB = halves ? sizeof(ushort) : sizeof(float);
        if (!IsAligned(arguments.AddressB, problem.StrideB, problem.BatchStrideB, elementB, sizeof(float)))
        {
            return false; // the hardware copies no single halves
        }

        arguments.AlignedA = IsAligned(arguments.AddressA, problem.StrideA, problem.BatchStrideA, sizeof(float), 16) ? 1 : 0;
        arguments.AlignedB = IsAligned(arguments.AddressB, problem.StrideB, problem.BatchStrideB, elementB, 16) ? 1 : 0;
        switch (MatMulPrecisionScope.Of(device))
        {
            case MatMulPrecision.Tf32:
                Multiply<TensorTf32>(problem, plan, arguments);
                break;
            case MatMulPrecision.BFloat16:
                Multiply<TensorBFloat16>(problem, plan, arguments);
                break;
            default:
                Multiply<TensorFloat32>(problem, plan, arguments);
                break;
        }

        return true;
    }

    private static bool IsAligned(long address, long stride, long batchStride, int elementSize, int bytes) =>
        address % bytes == 0 && stride * elementSize % bytes == 0 && batchStride * elementSize % bytes == 0;

    private void Multiply<TPrecision>(in MatMulProblem problem, MatMulPlan plan, MatMulArguments arguments)
        where TPrecision : struct, ITensorPrecision
    {
        // A driver that gives a group no more than 48 KiB leaves room for small tiles alone.
        bool fits = TensorTileCode.SharedBytes<LargeTensorTile, RowTensorLayout, RowTensorLayout>(2) <= device.TensorSharedBytes;
        if (plan.Method == MatMulMethod.LargeTiles && fits)
        {
            Multiply<TPrecision, LargeTensorTile>(problem, arguments);
        }
        else
        {
            Multiply<TPrecision, SmallTensorTile>(problem, arguments);
        }
    }

    private void Multiply<TPrecision, TTile>(in MatMulProblem problem, MatMulArguments arguments)
        where TPrecision : struct, ITensorPrecision
        where TTile : struct, ITensorTile
    {
        if (problem.TransposeA)
        {
            Multiply<TPrecision, TTile, ColumnTensorLayout>(problem, arguments);
        }
        else
        {
            Multiply<TPrecision, TTile, RowTensorLayout>(problem, arguments);
        }
    }

    private void Multiply<TPrecision, TTile, TLeft>(in MatMulProblem problem, MatMulArguments arguments)
        where TPrecision : struct, ITensorPrecision
        where TTile : struct, ITensorTile
        where TLeft : struct, ITensorLayout
    {
        if (problem.TypeOfB == DType.BFloat16)
        {
            Launch<TPrecision, TTile, TLeft, HalfTensorLayout, BFloat16Element>(arguments);
        }
        else if (problem.TransposeB)
        {
            Launch<TPrecision, TTile, TLeft, RowTensorLayout, Float32Element>(arguments);
        }
        else
        {
            Launch<TPrecision, TTile, TLeft, ColumnTensorLayout, Float32Element>(arguments);
        }
    }

    private void Launch<TPrecision, TTile, TLeft, TRight, TElement>(MatMulArguments arguments)
        where TPrecision : struct, ITensorPrecision
        where TTile : struct, ITensorTile
        where TLeft : struct, ITensorLayout
        where TRight : struct, ITensorLayout
        where TElement : struct, IMatrixElement
    {
        int width = default(TTile).Width;
        arguments.TilesM = (arguments.M + width - 1) / width;
        arguments.TilesN = (arguments.N + width - 1) / width;
        arguments.Stages = TensorTileCode.SharedBytes<TTile, TLeft, TRight>(3) <= device.TensorSharedBytes ? 3 : 2;
        var groups = new Index3D(checked(arguments.TilesM * arguments.TilesN * arguments.Batch * arguments.Parts), 1, 1);
        device.Launch(
            TensorTileCode.Run<TTile, TLeft, TRight, TElement, TPrecision>,
            groups,
            width * 2,
            arguments,
            TensorTileCode.SharedBytes<TTile, TLeft, TRight>(arguments.Stages));
    }
}
