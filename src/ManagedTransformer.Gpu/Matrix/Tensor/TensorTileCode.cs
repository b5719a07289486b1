using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A tile of a product on the tensor cores of CUDA devices from architecture 8.0 on. Slices of 32 k of both operands are on their way to
/// shared memory, two or three at a time, while warps multiply the one that has arrived. At the end the sums go through shared memory, 32
/// rows at a time, so that neighbouring threads write neighbouring elements.
/// </summary>
internal static class TensorTileCode
{
    /// <summary>The k of a slice.</summary>
    public const int Depth = 32;

    // Elements after each row of sums, so that the lanes of a warp write to different banks.
    private const int Padding = 8;

    /// <summary>Shared memory of a group.</summary>
    public static int SharedBytes<TTile, TLeft, TRight>(int stages)
        where TTile : struct, ITensorTile
        where TLeft : struct, ITensorLayout
        where TRight : struct, ITensorLayout =>
        stages * (default(TLeft).SliceBytes(default(TTile).Width) + default(TRight).SliceBytes(default(TTile).Width));

    // Without launch bounds: limited to 128 registers, so that two groups fit, or told the group's size alone, ptxas spills.
    public static void Run<TTile, TLeft, TRight, TElement, TPrecision>(MatMulArguments g)
        where TTile : struct, ITensorTile
        where TLeft : struct, ITensorLayout
        where TRight : struct, ITensorLayout
        where TElement : struct, IMatrixElement
        where TPrecision : struct, ITensorPrecision
    {
        int width = default(TTile).Width;
        ArrayView<float> sums = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit(TensorText.Registers);
        uint shared = TensorRegister.SharedMemory();
        MatMulTile tile = MatMulTile.Mine(g, width);
        long matrixA = g.AddressA + (tile.Batch * g.BatchStrideA * default(TLeft).ElementBytes);
        long matrixB = g.AddressB + (tile.Batch * g.BatchStrideB * default(TRight).ElementBytes);
        TensorSource left = default(TLeft).Source(width, matrixA, g.StrideA, tile.Row, g.M, tile.From, tile.To);
        TensorSource right = default(TRight).Source(width, matrixB, g.StrideB, tile.Column, g.N, tile.From, tile.To);
        uint rightSlice = (uint)default(TLeft).SliceBytes(width), stageBytes = rightSlice + (uint)default(TRight).SliceBytes(width);
        uint end = shared + ((uint)g.Stages * stageBytes);
        int steps = (tile.To - tile.From + Depth - 1) / Depth, ahead = g.Stages - 1;

        // Beyond the end of K a slice is all zeros, and nothing is read for it.
        for (int step = 0; step < ahead; step++)
        {
            uint slice = shared + ((uint)step * stageBytes);
            TensorCopy.Slice(left, default(TLeft).Passes, slice, g.AlignedA);
            TensorCopy.Slice(right, default(TRight).Passes, slice + rightSlice, g.AlignedB);
            TensorCopy.Commit();
            left = default(TLeft).Next(left, g.StrideA);
            right = default(TRight).Next(right, g.StrideB);
        }

        int lane = Group.IdxX & 31, warp = Group.IdxX >> 5, warpRow = warp / (width / 32), warpColumn = warp % (width / 32);
        uint leftPlace = (uint)default(TLeft).LeftPlace(width, warpRow * (width / 2), lane);
        uint rightPlace = rightSlice + (uint)default(TRight).RightPlace(width, warpColumn * 32, lane);
        Clear(width);
        uint stage = shared;
        for (int step = 0; step < steps; step++)
        {
            if (ahead > 1)
            {
                CudaAsm.Emit("cp.async.wait_group 1;");
            }
            else
            {
                CudaAsm.Emit("cp.async.wait_group 0;");
            }

            // The slice has arrived for all threads, and all have done with the one that is overwritten next.
            Group.Barrier();
            uint free = (stage == shared ? end : stage) - stageBytes;
            TensorCopy.Slice(left, default(TLeft).Passes, free, g.AlignedA);
            TensorCopy.Slice(right, default(TRight).Passes, free + rightSlice, g.AlignedB);
            TensorCopy.Commit();
            left = default(TLeft).Next(left, g.StrideA);
            right = default(TRight).Next(right, g.StrideB);
            uint from = stage + leftPlace, to = stage + rightPlace;
            TensorTileProduct.Add<TTile, TLeft, TRight, TPrecision>(from, to);
            TensorTileProduct.Add<TTile, TLeft, TRight, TPrecision>(
                from + (uint)(2 * default(TLeft).DepthBytes(width)), to + (uint)(2 * default(TRight).DepthBytes(width)));
            stage = stage + stageBytes == end ? shared : stage + stageBytes;
        }

        CudaAsm.Emit("cp.async.wait_all;");
        int pitch = width + Padding;
        uint place = shared + (uint)(((((warpRow * 16) + (lane >> 2)) * pitch) + (warpColumn * 32) + ((lane & 3) * 2)) * sizeof(float));

        // 16 rows of every warp at a time.
        for (int band = 0; band < width / 32; band++)
        {
            Group.Barrier();
            TensorSums.Store(band, place, place + (uint)(8 * pitch * sizeof(float)));
            Group.Barrier();
            for (int e = Group.IdxX; e < 32 * width; e += Group.DimX)
            {
                int line = e / width, column = tile.Column + (e % width);
                int row = tile.Row + (line / 16 * (width / 2)) + (band * 16) + (line % 16);
                if (row < g.M && column < g.N)
                {
                    float sum = sums[(line * pitch) + (e % width)];
                    if (default(TPrecision).NeedsCheck && (Interop.FloatAsInt(sum) & 0x7FFFFFFF) > 0x7F800000)
                    {
                        sum = Plain<TElement>(g, tile, row, column);
                    }

                    MatMulEpilogue.Store(g, tile.Batch, tile.Part, row, column, sum);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear(int width)
    {
        TensorSums.Clear(0);
        TensorSums.Clear(1);
        if (width == 128)
        {
            TensorSums.Clear(2);
            TensorSums.Clear(3);
        }
    }

    /// <summary>An element's sum without tensor cores.</summary>
    private static float Plain<TElement>(MatMulArguments g, MatMulTile tile, int row, int column)
        where TElement : struct, IMatrixElement
    {
        long left = (tile.Batch * g.BatchStrideA) + (g.TransposeA != 0 ? row : row * g.StrideA);
        long right = (tile.Batch * g.BatchStrideB) + (g.TransposeB != 0 ? column * g.StrideB : column);
        long leftStep = g.TransposeA != 0 ? g.StrideA : 1, rightStep = g.TransposeB != 0 ? 1 : g.StrideB;
        float sum = 0;
        for (int k = tile.From; k < tile.To; k++)
        {
            sum += g.A[left + (k * leftStep)] * default(TElement).Load(g.B, g.Halves, right + (k * rightStep));
        }

        return sum;
    }
}
