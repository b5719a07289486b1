using System.Runtime.CompilerServices;
using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>A tensor of rows by batch, time and head; empty if the operand is absent.</summary>
internal struct HeadOperand
{
    public ArrayView<float> Data;
    public long Batch, Time, Head;

    /// <summary>From a tensor of the host's side and its strides.</summary>
    public static HeadOperand Of(DeviceBuffer buffer, RowStrides strides) =>
        new() { Data = buffer.Floats(), Batch = strides.Batch, Time = strides.Time, Head = strides.Head };

    /// <summary>The rows of one head of one sequence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRows Rows(HeadOperand operand, int batch, int head, int count, int width)
    {
        TileRows rows;
        rows.Data = operand.Data;
        rows.Start = (batch * operand.Batch) + (head * operand.Head);
        rows.Stride = operand.Time;
        rows.Count = count;
        rows.Width = width;
        return rows;
    }
}
