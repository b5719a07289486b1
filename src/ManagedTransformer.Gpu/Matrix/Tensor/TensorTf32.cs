using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>Operands rounded to 11 significant bits.</summary>
internal readonly struct TensorTf32 : ITensorPrecision
{
    public bool NeedsCheck => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply<TTile, TLeft, TRight>(uint left, uint right)
        where TTile : struct, ITensorTile
        where TLeft : struct, ITensorLayout
        where TRight : struct, ITensorLayout
    {
        int width = default(TTile).Width;
        Eight<TTile, TLeft, TRight>(left, right);
        Eight<TTile, TLeft, TRight>(left + (uint)default(TLeft).DepthBytes(width), right + (uint)default(TRight).DepthBytes(width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight<TTile, TLeft, TRight>(uint left, uint right)
        where TTile : struct, ITensorTile
        where TLeft : struct, ITensorLayout
        where TRight : struct, ITensorLayout
    {
        int width = default(TTile).Width;
        uint band = (uint)default(TLeft).BandBytes(width);
        default(TRight).LoadRight(width, right);
        CudaAsm.Emit(TensorText.RoundRightToTf32);
        Take<TLeft>(width, left);
        CudaAsm.Emit(TensorText.Tf32Products0);
        Take<TLeft>(width, left + band);
        CudaAsm.Emit(TensorText.Tf32Products1);
        if (width == 128)
        {
            Take<TLeft>(width, left + (2 * band));
            CudaAsm.Emit(TensorText.Tf32Products2);
            Take<TLeft>(width, left + (3 * band));
            CudaAsm.Emit(TensorText.Tf32Products3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<TLeft>(int width, uint left)
        where TLeft : struct, ITensorLayout
    {
        default(TLeft).LoadLeft(width, left);
        CudaAsm.Emit(TensorText.RoundLeftToTf32);
    }
}
