using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>
/// The operators: extension methods that check shapes, allocate the result, call one kernel of the tensor's device and, when gradients are
/// on, record how to differentiate. All arithmetic is Float32.
/// </summary>
public static partial class TensorOperators
{
    /// <summary>
    /// The tensor as rows of its last axis: number of rows and their distance. False where the rows are not evenly spaced or not contiguous
    /// themselves.
    /// </summary>
    private static bool TryRows(Tensor x, out int rows, out long stride)
    {
        int width = x.Shape[-1];
        rows = checked((int)(width == 0 ? x.Shape.Without(-1).Count : x.Count / width));
        stride = Math.Max(width, 1);
        if (x.IsContiguous)
        {
            return true;
        }

        if (width != 1 && x.Strides[x.Rank - 1] != 1)
        {
            return false;
        }

        long step = 0;
        long expected = 0;
        for (int axis = x.Rank - 2; axis >= 0; axis--)
        {
            if (x.Shape[axis] == 1)
            {
                continue;
            }

            if (x.Strides[axis] == 0)
            {
                return false; // one row seen repeatedly: kernels take only rows that lie apart
            }

            if (step == 0)
            {
                step = x.Strides[axis];
                expected = step;
            }
            else if (x.Strides[axis] != expected)
            {
                return false;
            }

            expected *= x.Shape[axis];
        }

        stride = step == 0 ? stride : step;
        return stride >= width;
    }

    private static void RequireFloat(Tensor x, string operation)
    {
        if (x.DType != DType.Float32)
        {
            throw new ArgumentException($"{operation} computes on Float32 tensors; this one holds {x.DType}.");
        }
    }

    /// <summary>Rounded weights serve inference alone: products with them are not differentiated.</summary>
    internal static void RequireWeight(Tensor weight, bool isRecording, string operation)
    {
        if ((weight.DType == DType.BFloat16 || weight.DType.IsQuantized()) && isRecording)
        {
            throw new InvalidOperationException(
                $"{operation}: {weight.DType} weights are for inference; gradients need the Float32 weights.");
        }

        if (weight.DType == DType.Int32)
        {
            throw new ArgumentException($"{operation} takes weights of numbers; these are {weight.DType}.");
        }
    }

    private static void RequireIndices(Tensor indices, string operation)
    {
        if (indices.DType != DType.Int32)
        {
            throw new ArgumentException($"{operation} takes Int32 indices; these are {indices.DType}.");
        }
    }

    private static void RequireLastAxis(Tensor x, Tensor? vector, string operation, string name)
    {
        if (vector is not null && vector.Shape != new Shape(x.Shape[-1]))
        {
            throw new ArgumentException(
                $"{operation}: {name} has the shape {vector.Shape}, the last axis of {x.Shape} needs [{x.Shape[-1]}].");
        }
    }

    private static long RowCount(Tensor x) => x.Shape[-1] == 0 ? 0 : x.Count / x.Shape[-1];

    private static IElementwiseKernels Elementwise(Tensor x) => x.Kernels.Elementwise;
}
