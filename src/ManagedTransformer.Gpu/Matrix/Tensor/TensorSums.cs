using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Bands of sums, 16 rows and 32 columns of a warp each, in registers that <see cref="TensorText"/> names. The number of a band is a
/// constant where it is used: what remains of a method is one text.
/// </summary>
internal static class TensorSums
{
    /// <summary>Sets a band to zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear(int band)
    {
        switch (band)
        {
            case 0:
                CudaAsm.Emit(TensorText.Zero0);
                break;
            case 1:
                CudaAsm.Emit(TensorText.Zero1);
                break;
            case 2:
                CudaAsm.Emit(TensorText.Zero2);
                break;
            case 3:
                CudaAsm.Emit(TensorText.Zero3);
                break;
            case 4:
                CudaAsm.Emit(TensorText.Zero4);
                break;
            default:
                CudaAsm.Emit(TensorText.Zero5);
                break;
        }
    }

    /// <summary>Adds the sums over 8 k of the first 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFirst(int band)
    {
        switch (band)
        {
            case 0:
                CudaAsm.Emit(TensorText.Add00);
                break;
            case 1:
                CudaAsm.Emit(TensorText.Add10);
                break;
            case 2:
                CudaAsm.Emit(TensorText.Add20);
                break;
            case 3:
                CudaAsm.Emit(TensorText.Add30);
                break;
            case 4:
                CudaAsm.Emit(TensorText.Add40);
                break;
            default:
                CudaAsm.Emit(TensorText.Add50);
                break;
        }
    }

    /// <summary>Adds those of the other 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSecond(int band)
    {
        switch (band)
        {
            case 0:
                CudaAsm.Emit(TensorText.Add01);
                break;
            case 1:
                CudaAsm.Emit(TensorText.Add11);
                break;
            case 2:
                CudaAsm.Emit(TensorText.Add21);
                break;
            case 3:
                CudaAsm.Emit(TensorText.Add31);
                break;
            case 4:
                CudaAsm.Emit(TensorText.Add41);
                break;
            default:
                CudaAsm.Emit(TensorText.Add51);
                break;
        }
    }

    /// <summary>Adds the products over 8 k of TF32 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTf32(int band)
    {
        switch (band)
        {
            case 0:
                CudaAsm.Emit(TensorText.Tf32Products0);
                break;
            case 1:
                CudaAsm.Emit(TensorText.Tf32Products1);
                break;
            case 2:
                CudaAsm.Emit(TensorText.Tf32Products2);
                break;
            case 3:
                CudaAsm.Emit(TensorText.Tf32Products3);
                break;
            case 4:
                CudaAsm.Emit(TensorText.Tf32Products4);
                break;
            default:
                CudaAsm.Emit(TensorText.Tf32Products5);
                break;
        }
    }

    /// <summary>Adds the products over 16 k of BFloat16 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddBFloat16(int band)
    {
        switch (band)
        {
            case 0:
                CudaAsm.Emit(TensorText.BFloat16Products0);
                break;
            case 1:
                CudaAsm.Emit(TensorText.BFloat16Products1);
                break;
            case 2:
                CudaAsm.Emit(TensorText.BFloat16Products2);
                break;
            case 3:
                CudaAsm.Emit(TensorText.BFloat16Products3);
                break;
            case 4:
                CudaAsm.Emit(TensorText.BFloat16Products4);
                break;
            default:
                CudaAsm.Emit(TensorText.BFloat16Products5);
                break;
        }
    }

    /// <summary>Multiplies the rows of the first and of the second half of a band by one number each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(int band, float upper, float lower)
    {
        switch (band)
        {
            case 0:
                CudaAsm.Emit(TensorText.Scale0, upper, lower);
                break;
            case 1:
                CudaAsm.Emit(TensorText.Scale1, upper, lower);
                break;
            case 2:
                CudaAsm.Emit(TensorText.Scale2, upper, lower);
                break;
            default:
                CudaAsm.Emit(TensorText.Scale3, upper, lower);
                break;
        }
    }

    /// <summary>
    /// Adds numbers of the 32 columns, times one number for the rows of the first and of the second half of the band: they lie in shared
    /// memory from the lane's first column on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddOuter(int band, float upper, float lower, uint address)
    {
        switch (band)
        {
            case 0:
                CudaAsm.Emit(TensorText.AddOuter0, upper, lower, address);
                break;
            case 1:
                CudaAsm.Emit(TensorText.AddOuter1, upper, lower, address);
                break;
            case 2:
                CudaAsm.Emit(TensorText.AddOuter2, upper, lower, address);
                break;
            default:
                CudaAsm.Emit(TensorText.AddOuter3, upper, lower, address);
                break;
        }
    }

    /// <summary>Writes a band to shared memory: the lane's part of the first 8 rows, and that of the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(int band, uint upper, uint lower)
    {
        switch (band)
        {
            case 0:
                CudaAsm.Emit(TensorText.Store0, upper, lower);
                break;
            case 1:
                CudaAsm.Emit(TensorText.Store1, upper, lower);
                break;
            case 2:
                CudaAsm.Emit(TensorText.Store2, upper, lower);
                break;
            default:
                CudaAsm.Emit(TensorText.Store3, upper, lower);
                break;
        }
    }
}
