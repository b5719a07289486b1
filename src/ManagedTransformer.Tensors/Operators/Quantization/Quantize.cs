using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>The kernels for small integers.</summary>
    /// <exception cref="NotSupportedException">The device has none.</exception>
    internal static IQuantizedKernels QuantizedKernels(this Tensor x) => x.Kernels.Quantized ?? throw new NotSupportedException(
        $"Weights of Int8 and Int4 are for the processor; {x.Device.Name} computes with Float32 and BFloat16.");

    private static Tensor Quantize(Tensor x, DType dtype)
    {
        if (x.Rank != 2)
        {
            throw new ArgumentException($"Cast: {dtype} stores matrices, the shape is {x.Shape}.");
        }

        IQuantizedKernels kernels = x.QuantizedKernels();
        Tensor y = Tensor.EmptyQuantized(x.Shape, dtype, x.Device);
        return kernels.Round(x.Buffer, y.Quantized)
            ? y
            : throw new ArgumentException($"Cast: {dtype} stores finite numbers; the matrix holds NaN or an infinity.");
    }

    private static Tensor RowsOf(Tensor table, Tensor indices)
    {
        Tensor y = Tensor.Empty(indices.Shape.Insert(-1, table.Shape[1]), table);
        table.QuantizedKernels().GatherRows(table.Quantized, indices.Buffer, y.Buffer, indices.Count);
        return y;
    }
}
