using ILGPU.Runtime;

namespace ManagedTransformer.Gpu;

/// <summary>A tensor of rows by batch, time and head whose rows are copied into shared memory by address.</summary>
internal struct TensorOperand
{
    public long Address, Batch, Time, Head;

    /// <summary>1 if every row starts at a multiple of 16 bytes.</summary>
    public int Aligned;

    public static TensorOperand Of(HeadOperand operand)
    {
        long address = operand.Data.LoadEffectiveAddressAsPtr();
        bool isAligned = (address | ((operand.Batch | operand.Time | operand.Head) * sizeof(float))) % 16 == 0;
        return new TensorOperand
        {
            Address = address,
            Batch = operand.Batch,
            Time = operand.Time,
            Head = operand.Head,
            Aligned = isAligned ? 1 : 0,
        };
    }
}
