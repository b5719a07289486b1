using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>The rows of one head of one sequence: row t begins at First + t Stride.</summary>
internal readonly unsafe struct HeadRows(float* first, nint stride)
{
    public readonly float* First = first;
    public readonly nint Stride = stride;

    public HeadRows(float* tensor, RowStrides strides, int batch, int head)
        : this(tensor + (batch * strides.Batch) + (head * strides.Head), (nint)strides.Time)
    {
    }

    public float* this[int time] => First + (time * Stride);

    /// <summary>Begins to fetch some rows into the second-level cache: rows far apart escape the hardware's own prefetching.</summary>
    public void Prefetch(int begin, int end, int width)
    {
        for (int t = begin; t < end; t++)
        {
            for (int i = 0; i < width; i += Simd.Prefetch.Line)
            {
                Simd.Prefetch.Element(this[t] + i);
            }
        }
    }
}
