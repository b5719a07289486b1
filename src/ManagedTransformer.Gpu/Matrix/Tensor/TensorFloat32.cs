using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Float32 accuracy by three products of 11 significant bits: x y is nearly a b + a t + s b with x = a + s and y = b + t, the first parts
/// rounded; what is left out is below 2^-22 of it. With infinities the second parts are NaN or products with zero: see
/// <see cref="ITensorPrecision.NeedsCheck"/>.
/// </summary>
internal readonly struct TensorFloat32 : ITensorPrecision
{
    public bool NeedsCheck => true;

    public int Products => 3;

    public bool IsPaired => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeLeft(bool second) => CudaAsm.Emit(TensorText.SplitLeft);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeRight(bool second, bool isExact)
    {
        if (isExact)
        {
            CudaAsm.Emit(TensorText.TakeRight);
        }
        else
        {
            CudaAsm.Emit(TensorText.SplitRight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply(int band, bool isExact)
    {
        // The first 16 columns.
        CudaAsm.Emit(TensorText.LowLeftProducts0);
        if (!isExact)
        {
            CudaAsm.Emit(TensorText.LowRightProducts0);
        }

        CudaAsm.Emit(TensorText.HighProducts0);
        TensorSums.AddFirst(band);

        // The other 16.
        CudaAsm.Emit(TensorText.LowLeftProducts1);
        if (!isExact)
        {
            CudaAsm.Emit(TensorText.LowRightProducts1);
        }

        CudaAsm.Emit(TensorText.HighProducts1);
        TensorSums.AddSecond(band);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MultiplyMirrored(int band)
    {
        CudaAsm.Emit(TensorText.MirroredLowProducts0);
        CudaAsm.Emit(TensorText.HighProducts0);
        TensorSums.AddFirst(band);
        CudaAsm.Emit(TensorText.MirroredLowProducts1);
        CudaAsm.Emit(TensorText.HighProducts1);
        TensorSums.AddSecond(band);
    }
}
