using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>Operands rounded to BFloat16 between shared memory and the product, 16 k at a time.</summary>
internal readonly struct TensorBFloat16 : ITensorPrecision
{
    public bool NeedsCheck => false;

    public int Products => 1;

    public bool IsPaired => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeLeft(bool second)
    {
        if (second)
        {
            CudaAsm.Emit(TensorText.PackLeftHigh);
        }
        else
        {
            CudaAsm.Emit(TensorText.PackLeftLow);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeRight(bool second, bool isExact)
    {
        if (second)
        {
            CudaAsm.Emit(TensorText.PackRightHigh);
        }
        else
        {
            CudaAsm.Emit(TensorText.PackRightLow);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply(int band, bool isExact) => TensorSums.AddBFloat16(band);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MultiplyMirrored(int band) => TensorSums.AddBFloat16(band);
}
