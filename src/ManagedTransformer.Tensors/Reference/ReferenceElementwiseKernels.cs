using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Element-wise functions, one element after the other.</summary>
internal sealed unsafe class ReferenceElementwiseKernels : IElementwiseKernels
{
    public void Unary(UnaryOp op, DeviceBuffer x, DeviceBuffer y, long count, float a, float b)
    {
        float* source = x.Floats(), result = y.Floats();
        for (long i = 0; i < count; i++)
        {
            result[i] = (float)ReferenceMath.Apply(op, source[i], a, b);
        }
    }

    public void UnaryGradient(UnaryOp op, DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long count, float a, float b)
    {
        float* source = x.Floats(), upstream = dy.Floats(), result = dx.Floats();
        for (long i = 0; i < count; i++)
        {
            result[i] = (float)(upstream[i] * ReferenceMath.Derivative(op, source[i], a, b));
        }
    }

    public void Binary(BinaryOp op, in Operand a, in Operand b, DeviceBuffer y, in Shape shape)
    {
        float* left = a.Buffer.Floats(), right = b.Buffer.Floats(), result = y.Floats();
        for (long i = 0; i < shape.Count; i++)
        {
            result[i] = (float)ReferenceMath.Apply(op, left[Place(i, shape, a.Strides)], right[Place(i, shape, b.Strides)]);
        }
    }

    public void Select(in Operand condition, in Operand a, in Operand b, DeviceBuffer y, in Shape shape)
    {
        float* mask = condition.Buffer.Floats(), left = a.Buffer.Floats(), right = b.Buffer.Floats(), result = y.Floats();
        for (long i = 0; i < shape.Count; i++)
        {
            result[i] = mask[Place(i, shape, condition.Strides)] != 0
                ? left[Place(i, shape, a.Strides)]
                : right[Place(i, shape, b.Strides)];
        }
    }

    public void Gate(in GatedProblem problem)
    {
        for (long i = 0; i < problem.Rows * problem.Width; i++)
        {
            long row = i / problem.Width, column = i % problem.Width;
            double gate = problem.Gate.Floats()[(row * problem.GateStride) + column];
            problem.Y.Floats()[i] =
                (float)(ReferenceMath.Apply(problem.Activation, gate) * problem.Up.Floats()[(row * problem.UpStride) + column]);
        }
    }

    public void GateGradient(in GatedProblem problem)
    {
        for (long i = 0; i < problem.Rows * problem.Width; i++)
        {
            long row = i / problem.Width, column = i % problem.Width;
            double gate = problem.Gate.Floats()[(row * problem.GateStride) + column], dy = problem.DY.Floats()[i];
            double slope = problem.Activation == Activation.None
                ? 1
                : ReferenceMath.Derivative(Activations.FunctionOf(problem.Activation), gate, 0, 0);
            problem.DGate.Floats()[(row * problem.DGateStride) + column] =
                (float)(dy * problem.Up.Floats()[(row * problem.UpStride) + column] * slope);
            problem.DUp.Floats()[(row * problem.DUpStride) + column] = (float)(dy * ReferenceMath.Apply(problem.Activation, gate));
        }
    }

    public void Copy(in Operand source, in Operand destination, in Shape shape)
    {
        int* from = source.Buffer.Integers(), to = destination.Buffer.Integers();
        for (long i = 0; i < shape.Count; i++)
        {
            to[Place(i, shape, destination.Strides)] = from[Place(i, shape, source.Strides)];
        }
    }

    public void Fill(DeviceBuffer y, long count, float value)
    {
        float* result = y.Floats();
        for (long i = 0; i < count; i++)
        {
            result[i] = value;
        }
    }

    public void AddScaled(DeviceBuffer y, DeviceBuffer x, long count, float scale)
    {
        float* source = x.Floats(), result = y.Floats();
        for (long i = 0; i < count; i++)
        {
            result[i] = (float)(result[i] + ((double)scale * source[i]));
        }
    }

    public void ToBFloat16(DeviceBuffer x, DeviceBuffer y, long count)
    {
        float* source = x.Floats();
        ushort* result = y.Halves();
        for (long i = 0; i < count; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(source[i]);
            uint lowestKept = (bits >> 16) & 1;
            result[i] = float.IsNaN(source[i])
                ? (ushort)((bits >> 16) | 0x0040) // a quiet NaN: the upper half of a NaN alone may read as infinity
                : (ushort)((bits + 0x7FFF + lowestKept) >> 16);
        }
    }

    public void FromBFloat16(DeviceBuffer x, DeviceBuffer y, long count)
    {
        ushort* source = x.Halves();
        float* result = y.Floats();
        for (long i = 0; i < count; i++)
        {
            result[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }

    /// <summary>Place of the element with row-major number <paramref name="index"/> under the given strides.</summary>
    private static long Place(long index, in Shape shape, in Strides strides)
    {
        long place = 0;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            place += index % shape[axis] * strides[axis];
            index /= shape[axis];
        }

        return place;
    }
}
