using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>Operands rounded to BFloat16 between shared memory and the product, 16 k at a time.</summary>
internal readonly struct TensorBFloat16 : ITensorPrecision
{
    public bool NeedsCheck => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply<TTile, TLeft, TRight>(uint left, uint right)
        where TTile : struct, ITensorTile
        where TLeft : struct, ITensorLayout
        where TRight : struct, ITensorLayout
    {
        int width = default(TTile).Width;
        uint band = (uint)default(TLeft).BandBytes(width), high = (uint)default(TLeft).DepthBytes(width);
        default(TRight).LoadRight(width, right);
        CudaAsm.Emit(TensorText.PackRightLow);
        default(TRight).LoadRight(width, right + (uint)default(TRight).DepthBytes(width));
        CudaAsm.Emit(TensorText.PackRightHigh);
        Take<TLeft>(width, left, high);
        CudaAsm.Emit(TensorText.BFloat16Products0);
        Take<TLeft>(width, left + band, high);
        CudaAsm.Emit(TensorText.BFloat16Products1);
        if (width == 128)
        {
            Take<TLeft>(width, left + (2 * band), high);
            CudaAsm.Emit(TensorText.BFloat16Products2);
            Take<TLeft>(width, left + (3 * band), high);
            CudaAsm.Emit(TensorText.BFloat16Products3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<TLeft>(int width, uint left, uint high)
        where TLeft : struct, ITensorLayout
    {
        default(TLeft).LoadLeft(width, left);
        CudaAsm.Emit(TensorText.PackLeftLow);
        default(TLeft).LoadLeft(width, left + high);
        CudaAsm.Emit(TensorText.PackLeftHigh);
    }
}
