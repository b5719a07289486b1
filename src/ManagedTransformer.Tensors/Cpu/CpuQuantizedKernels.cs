using ManagedTransformer.Tensors.Cpu.Quantized;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Products with matrices of small integers, and rows of them.</summary>
internal sealed unsafe class CpuQuantizedKernels<TOps, TVector> : IQuantizedKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void MatMul(in MatMulProblem problem, in QuantizedMatrix b)
    {
        if (problem.M <= 0 || problem.N <= 0)
        {
            return;
        }

        GemmProblem gemm = GemmProblem.Of(problem);
        if (b.Type == DType.Int8)
        {
            GemmQuantized<TOps, TVector, BytesOfGroups<TOps, TVector>>.Run(gemm, CodeRows.Of(b));
        }
        else
        {
            GemmQuantized<TOps, TVector, NibblesOfGroups<TOps, TVector>>.Run(gemm, CodeRows.Of(b));
        }
    }

    public void GatherRows(in QuantizedMatrix table, DeviceBuffer indices, DeviceBuffer y, long count)
    {
        IndexCheck.Indices(indices.Integers(), count, table.Rows, null, "Gather of rows");
        if (table.Type == DType.Int8)
        {
            Gather<BytesOfGroups<TOps, TVector>>(table, indices, y, count);
        }
        else
        {
            Gather<NibblesOfGroups<TOps, TVector>>(table, indices, y, count);
        }
    }

    public bool Round(DeviceBuffer x, in QuantizedMatrix y)
    {
        int fault = 0;
        RowRounding job = new()
        {
            Source = x.Floats(),
            Codes = y.Codes.Bytes(),
            Scales = y.Scales.Halves(),
            Width = y.Width,
            Type = y.Type,
            Fault = &fault,
        };
        Ranges.RunRows(y.Rows, y.Width, ref job);
        return fault == 0;
    }

    private static void Gather<TGroups>(in QuantizedMatrix table, DeviceBuffer indices, DeviceBuffer y, long count)
        where TGroups : struct, ICodeGroups<TVector>
    {
        var job = new WidenRows<TOps, TVector, TGroups>
        {
            Source = CodeRows.Of(table),
            Indices = indices.Integers(),
            Target = y.Floats(),
        };
        Ranges.RunRows(count, table.Width, ref job);
    }
}
