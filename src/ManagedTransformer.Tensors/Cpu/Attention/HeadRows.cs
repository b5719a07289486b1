using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>The rows of one head of one sequence: row t begins at First + t Stride.</summary>
internal readonly unsafe struct HeadRows(float* tensor, RowStrides strides, int batch, int head)
{
    public readonly float* First = tensor + (batch * strides.Batch) + (head * strides.Head);
    public readonly nint Stride = (nint)strides.Time;

    public float* this[int time] => First + (time * Stride);
}
