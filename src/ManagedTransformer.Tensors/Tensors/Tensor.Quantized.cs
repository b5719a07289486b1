using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public partial class Tensor
{
    /// <summary>A matrix of small integers, or whole rows of one, as kernels see it.</summary>
    /// <exception cref="InvalidOperationException">A view of another form, or other elements.</exception>
    internal QuantizedMatrix Quantized
    {
        get
        {
            if (Storage.Scales is not { } scales || Rank != 2 || !IsContiguous || scales.Width != Shape[1])
            {
                throw new InvalidOperationException(
                    $"A matrix of {DType} is read by whole rows only; cast it to Float32 before reshaping, slicing or transposing.");
            }

            int width = scales.Width;
            long row = width == 0 ? 0 : Offset / width;
            return new QuantizedMatrix(DType, new DeviceBuffer(Storage, row * QuantizedMatrix.BytesOf(DType, width)),
                new DeviceBuffer(scales.Values, row * QuantizedMatrix.GroupsOf(width)), Shape[0], width);
        }
    }

    /// <summary>The scales of a matrix of small integers, BFloat16 [rows, groups].</summary>
    internal Tensor QuantizedScales()
    {
        QuantizedMatrix matrix = Quantized;
        return new Tensor(matrix.Scales.Storage!, matrix.Scales.Offset, new Shape(matrix.Rows, matrix.Groups), DType.BFloat16);
    }

    /// <summary>The bytes of a matrix of small integers, [rows, bytes of a row]; of Int4 they have that type, two in a byte.</summary>
    internal Tensor QuantizedCodes()
    {
        QuantizedMatrix matrix = Quantized;
        return new Tensor(matrix.Codes.Storage!, matrix.Codes.Offset, new Shape(matrix.Rows, checked((int)matrix.RowBytes)), DType);
    }

    /// <summary>A matrix of small integers whose values are undefined until they are written.</summary>
    internal static Tensor EmptyQuantized(Shape shape, DType dtype, Device device) => OfQuantized(
        device.Allocate(Math.Max(1, shape[0] * QuantizedMatrix.BytesOf(dtype, shape[1]))),
        device.Allocate(Math.Max(1, (long)shape[0] * QuantizedMatrix.GroupsOf(shape[1])) * sizeof(ushort)), shape, dtype);

    /// <summary>A matrix of small integers that lie somewhere already.</summary>
    internal static Tensor OfQuantized(Storage codes, Storage scales, Shape shape, DType dtype)
    {
        codes.Scales = new GroupScales(scales, shape[1]);
        return new Tensor(codes, 0, shape, dtype);
    }
}
