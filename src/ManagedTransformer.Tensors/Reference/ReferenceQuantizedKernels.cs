using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Matrices of small integers, element by element.</summary>
internal sealed unsafe class ReferenceQuantizedKernels : IQuantizedKernels
{
    public void MatMul(in MatMulProblem problem, in QuantizedMatrix b)
    {
        float* a = problem.A.Floats(), c = problem.C.Floats();
        ushort* scales = b.Scales.Halves();
        sbyte* codes = (sbyte*)b.Codes.Bytes();
        for (int i = 0; i < problem.M; i++)
        {
            for (int j = 0; j < problem.N; j++)
            {
                double sum = 0;
                for (int k = 0; k < problem.K; k++)
                {
                    sum += (double)a[(i * problem.StrideA) + k] * Element(b, scales, codes, j, k);
                }

                long place = (i * problem.StrideC) + j;
                double bias = problem.Bias.IsAbsent ? 0 : problem.Bias.Floats()[j];
                double value = (problem.Alpha * sum) + bias + (problem.Accumulate ? c[place] : 0);
                c[place] = (float)ReferenceMath.Apply(problem.Activation, value);
            }
        }
    }

    public void GatherRows(in QuantizedMatrix table, DeviceBuffer indices, DeviceBuffer y, long count)
    {
        ushort* scales = table.Scales.Halves();
        sbyte* codes = (sbyte*)table.Codes.Bytes();
        for (long i = 0; i < count; i++)
        {
            int row = indices.Integers()[i];
            ArgumentOutOfRangeException.ThrowIfNegative(row, nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, table.Rows, nameof(indices));
            for (int j = 0; j < table.Width; j++)
            {
                y.Floats()[(i * table.Width) + j] = Element(table, scales, codes, row, j);
            }
        }
    }

    public bool Round(DeviceBuffer x, in QuantizedMatrix y)
    {
        const int size = QuantizedMatrix.GroupSize, half = size / 2;
        float* values = stackalloc float[size];
        int* codes = stackalloc int[size];
        for (int row = 0; row < y.Rows; row++)
        {
            for (int group = 0; group < y.Groups; group++)
            {
                for (int i = 0; i < size; i++)
                {
                    int column = (group * size) + i;
                    values[i] = column < y.Width ? x.Floats()[((long)row * y.Width) + column] : 0;
                    if (!float.IsFinite(values[i]))
                    {
                        return false;
                    }
                }

                bool isInt8 = y.Type == DType.Int8;
                y.Scales.Halves()[((long)row * y.Groups) + group] =
                    isInt8 ? GroupRounding.ToInt8(values, codes) : GroupRounding.ToInt4(values, codes);
                byte* bytes = y.Codes.Bytes() + (row * y.RowBytes) + (group * (isInt8 ? size : half));
                for (int i = 0; i < (isInt8 ? Math.Min(size, y.Width - (group * size)) : half); i++)
                {
                    bytes[i] = (byte)(isInt8 ? codes[i] : (codes[i] & 15) | (codes[i + half] << 4));
                }
            }
        }

        return true;
    }

    // code times scale: at most 8 bits each, so the product is exact
    private static float Element(in QuantizedMatrix matrix, ushort* scales, sbyte* codes, int row, int column)
    {
        (int group, int place) = Math.DivRem(column, QuantizedMatrix.GroupSize);
        ushort scale = scales[((long)row * matrix.Groups) + group];
        codes += row * matrix.RowBytes;
        int code;
        if (matrix.Type == DType.Int8)
        {
            code = codes[column];
        }
        else
        {
            const int half = QuantizedMatrix.GroupSize / 2;
            int pair = codes[(group * half) + (place % half)];
            code = place < half ? (sbyte)(pair << 4) >> 4 : pair >> 4;
        }

        return code * BitConverter.UInt32BitsToSingle((uint)scale << 16);
    }
}
