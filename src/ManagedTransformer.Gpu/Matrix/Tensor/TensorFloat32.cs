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
        if (default(TRight).IsExact)
        {
            CudaAsm.Emit(TensorText.TakeRight);
        }
        else
        {
            CudaAsm.Emit(TensorText.SplitRight);
        }

        Split<TLeft>(width, left);
        Low<TRight>();
        CudaAsm.Emit(TensorText.Add00);
        High<TRight>();
        CudaAsm.Emit(TensorText.Add01);
        Split<TLeft>(width, left + band);
        Low<TRight>();
        CudaAsm.Emit(TensorText.Add10);
        High<TRight>();
        CudaAsm.Emit(TensorText.Add11);
        if (width == 128)
        {
            Split<TLeft>(width, left + (2 * band));
            Low<TRight>();
            CudaAsm.Emit(TensorText.Add20);
            High<TRight>();
            CudaAsm.Emit(TensorText.Add21);
            Split<TLeft>(width, left + (3 * band));
            Low<TRight>();
            CudaAsm.Emit(TensorText.Add30);
            High<TRight>();
            CudaAsm.Emit(TensorText.Add31);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split<TLeft>(int width, uint left)
        where TLeft : struct, ITensorLayout
    {
        default(TLeft).LoadLeft(width, left);
        CudaAsm.Emit(TensorText.SplitLeft);
    }

    // The first 16 of the warp's columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Low<TRight>()
        where TRight : struct, ITensorLayout
    {
        CudaAsm.Emit(TensorText.LowLeftProducts0);
        if (!default(TRight).IsExact)
        {
            CudaAsm.Emit(TensorText.LowRightProducts0);
        }

        CudaAsm.Emit(TensorText.HighProducts0);
    }

    // The other 16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void High<TRight>()
        where TRight : struct, ITensorLayout
    {
        CudaAsm.Emit(TensorText.LowLeftProducts1);
        if (!default(TRight).IsExact)
        {
            CudaAsm.Emit(TensorText.LowRightProducts1);
        }

        CudaAsm.Emit(TensorText.HighProducts1);
    }
}
