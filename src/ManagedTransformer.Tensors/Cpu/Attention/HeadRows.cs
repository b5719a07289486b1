using System.Runtime.Intrinsics.X86;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>The rows of one head of one sequence: row t begins at First + t Stride.</summary>
internal readonly unsafe struct HeadRows(float* first, nint stride)
{
    private const int CacheLine = 16;

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
        for (int t = begin; t < end && Sse.IsSupported; t++)
        {
            for (int i = 0; i < width; i += CacheLine)
            {
                Sse.Prefetch1(this[t] + i);
            }
        }
    }

    /// <summary>
    /// Copies rows begin to end - 1 together and gives them under their old numbers. Rows that are far apart by a power of two share few
    /// places in the cache and drive each other out of it; close together they stay there for all queries.
    /// </summary>
    public HeadRows Pack(int begin, int end, int width, float* target)
    {
        for (int t = begin; t < end; t++)
        {
            new ReadOnlySpan<float>(this[t], width).CopyTo(new Span<float>(target + ((nint)(t - begin) * width), width));
        }

        return new HeadRows(target - ((nint)begin * width), width);
    }
}
